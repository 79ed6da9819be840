/** Turns of the event loop in which nothing moves. */
const TURNS = 200

/**
 * Waits until a figure stands still; gives what it stands at. Where both ends of a connection and what lies between are in
 * this process, each turn of its loop moves what can be moved.
 */
export async function standstill(figure: () => number): Promise<number> {
  let last = figure()
  for (let still = 0; still < TURNS; still++) {
    await new Promise(resolve => setImmediate(resolve))
    const now = figure()
    if (now !== last) still = 0
    last = now
  }
  return last
}
