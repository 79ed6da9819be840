import type {ExecutionContext} from 'ava'

/** Where what ends with a test, or with a scene, is left. */
export type Teardown = Pick<ExecutionContext, 'teardown'>
