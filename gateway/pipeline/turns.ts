/** Shares a process between works that are long: each is cut into short pieces, which take turns with everything else. */
export interface Turns {
  /** Does a short piece of work, now or when its turn has come. */
  take(work: () => void): void
}
