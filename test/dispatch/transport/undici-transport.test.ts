import test from 'ava'
import {undiciTransport} from '../../../gateway/dispatch/transport/undici-transport.js'
import {transportContract} from './contract.js'

transportContract(test, undiciTransport)
