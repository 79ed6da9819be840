/** Something that is asked for again and again, and those that are told. */
export interface Watch<T> {
  readonly told: Set<T>
  /** Tells from now on, and at once what is known. */
  tell(told: T): void
  stop(): void
}

/**
 * Watches by what they ask: one for all that want to know the same, as long as there is somebody who does. They begin when the
 * gateway listens. Scope: process.
 */
export class SharedWatches<T, W extends Watch<T>> {
  readonly #watches = new Map<string, W>()
  readonly #begin: (watch: W) => void
  #started = false

  /** `begin`: called of those that come after the start. */
  constructor(begin: (watch: W) => void) {
    this.#begin = begin
  }

  /** Tells until what it gives is called. */
  join(key: string, make: () => W, told: T): () => void {
    const watch = this.#watches.get(key) ?? this.#add(key, make())
    watch.tell(told)
    return () => {
      watch.told.delete(told)
      if (watch.told.size > 0 || this.#watches.get(key) !== watch) return
      watch.stop()
      this.#watches.delete(key)
    }
  }

  /** Gives those that are to begin now: once, and then none. */
  start(): readonly W[] {
    const waiting = this.#started ? [] : [...this.#watches.values()]
    this.#started = true
    return waiting
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
  }

  #add(key: string, watch: W): W {
    this.#watches.set(key, watch)
    if (this.#started) this.#begin(watch)
    return watch
  }
}
