const hintsMax = 4

/** Where readers of a segment stopped, and most likely go on: pairs of relative offset and position. */
export class ReadHints {
  readonly #pairs = new Float64Array(2 * hintsMax).fill(-1)
  #next = 0

  note(offset: number, position: number): void {
    const at = 2 * this.#next
    this.#pairs[at] = offset
    this.#pairs[at + 1] = position
    this.#next = (this.#next + 1) % hintsMax
  }

  /** −1 where nobody stopped at the offset. */
  positionOf(offset: number): number {
    for (let at = 0; at < this.#pairs.length; at += 2) {
      if (this.#pairs[at] === offset) return this.#pairs[at + 1]!
    }
    return -1
  }

  forget(): void {
    this.#pairs.fill(-1)
  }
}
