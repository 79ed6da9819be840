import test from 'ava'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import {transportContract} from './contract.js'

transportContract(test, wireTransport)
