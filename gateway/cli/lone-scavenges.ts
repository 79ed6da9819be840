import {setFlagsFromString} from 'node:v8'

/**
 * Lets V8 collect young garbage without the help of other threads: next to nothing of it survives here, and while the machine is
 * busy the event loop would wait for a thread that has not got a processor. Scope: process, hence not for a library.
 */
export function loneScavenges(): void {
  setFlagsFromString('--no-parallel-scavenge')
}
