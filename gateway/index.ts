export type {Log, LogFields} from './common/log.js'
export type {Problem} from './common/problem.js'
export {ConfigurationError} from './server/files/configuration-error.js'
export {createGateway, type Gateway, type GatewayOptions, type Listening} from './server/gateway.js'
