/** What may come and go on its own: standard output, ava's channel to its parent, requests of the loop itself. */
const TRANSIENT =
  /^(?:Immediate|PipeWrap|MessagePort|FSReqPromise|FSReqCallback|CloseReq|TickObject|ShutdownWrap|WriteWrap)$/

/** The kinds of sockets, servers, timers and the like that are open, one for each. */
export const openKinds = (): readonly string[] => process.getActiveResourcesInfo().filter(kind => !TRANSIENT.test(kind))

/** How many are open. */
export const openResources = (): number => openKinds().length

/** Waits until nothing more is open than there was; rejects with what is left. */
export async function settled(before: number): Promise<void> {
  for (let look = 0; openResources() > before; look++) {
    if (look > 200) throw new Error(`left open: ${openKinds().join(' ')}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
