import {setFlagsFromString} from 'node:v8'

/** Only this one has the flag, and leaves it off: later ones do so without being told. */
const ASKED = /^13\.6\./

/**
 * Lets what the heap holds elsewhere grow with the heap, and not in steps of 64 MB with a whole collection after each: a
 * connection of TLS holds 64 KB there, so that each thousand which come at once would cost one (15 % of the CPU of 10,000
 * that come back with a stream). Scope: process, hence not for a library.
 */
export function growExternalMemory(): void {
  if (ASKED.test(process.versions.v8)) setFlagsFromString('--external-memory-accounted-in-global-limit')
}
