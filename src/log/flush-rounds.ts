/**
 * Flushes of all partitions in one log directory, in rounds: whoever waits for the medium when a round begins is served by it, all
 * its files side by side; who comes meanwhile waits for the next one. The file system then commits its journal once for many
 * files, and while it does, more writes gather for the next round. What nobody waits for, a segment that is full, may be
 * a gigabyte: that goes beside the rounds.
 */

/** More the threads of the process would not sync at once (`host/threads.ts`); and each holds files open. */
export const syncsAtOnce = 16
const besideAtOnce = 4

type Flush = () => Promise<void>

export class FlushRounds {
  readonly #rounds = new Lanes(syncsAtOnce)
  readonly #beside = new Lanes(besideAtOnce)
  #gathering: Flush[] = []
  #running = false

  /** Settles as the flush does, which begins with the next round. */
  join(flush: Flush): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#gathering.push(() => flush().then(resolve, reject))
      if (this.#running) return
      this.#running = true
      // What this turn of the process writes to other partitions is of the same round.
      void Promise.resolve().then(() => this.#run())
    })
  }

  beside(flush: Flush): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.#beside.all([() => flush().then(resolve, reject)])
    })
  }

  async #run(): Promise<void> {
    while (this.#gathering.length > 0) {
      const round = this.#gathering
      this.#gathering = []
      await this.#rounds.all(round)
    }
    this.#running = false
  }
}

/** So many at once, the others in their order. */
class Lanes {
  readonly #lanes: number
  readonly #waiting: (() => void)[] = []
  #busy = 0

  constructor(lanes: number) {
    this.#lanes = lanes
  }

  /** Of work that never rejects. */
  async all(work: readonly Flush[]): Promise<void> {
    await Promise.all(work.map((each) => this.#one(each)))
  }

  async #one(work: Flush): Promise<void> {
    if (this.#busy < this.#lanes) this.#busy++
    else await new Promise<void>((go) => this.#waiting.push(go))
    await work()
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy--
    else next()
  }
}
