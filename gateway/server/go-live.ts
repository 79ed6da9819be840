import type {Log} from '../common/log.js'
