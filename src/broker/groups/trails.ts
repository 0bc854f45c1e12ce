/** How offsets moved of late: for each partition the moments at which it was found elsewhere than before. Bounded, and forgotten at a restart. */
export interface Point {
  readonly at: number
  readonly offset: number
}

export interface Trail {
  readonly topic: string
  readonly partition: number
  readonly points: readonly Point[]
}

export interface Found {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface Limits {
  readonly trails: number
  readonly points: number
}

type Kept = { topic: string; partition: number; points: Point[]; round: number }

export class Trails {
  readonly #limits: Limits
  /** By owner (a group; one alone where there are none), then by topic and partition. */
  readonly #kept = new Map<string, Map<string, Kept>>()
  #count = 0
  #round = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** One look at everything; what is not found any more is forgotten. Who comes when the limit is reached is not remembered. */
  look(at: number, found: Iterable<readonly [owner: string, found: Found]>): void {
    this.#round++
    let seen = 0
    for (const [owner, each] of found) {
      if (++seen > this.#limits.trails) break
      this.#add(owner, at, each)
    }
    for (const [owner, own] of this.#kept) {
      for (const [name, { round }] of own) {
        if (round === this.#round) continue
        own.delete(name)
        this.#count--
      }
      if (own.size === 0) this.#kept.delete(owner)
    }
  }

  /** From the last point at or before `since` on: the offset did not move until the next one. */
  of(owner: string, since: number): Trail[] {
    return [...(this.#kept.get(owner)?.values() ?? [])].map(({ topic, partition, points }) => {
      const first = points.findLastIndex(({ at }) => at <= since)
      return { topic, partition, points: points.slice(Math.max(0, first)) }
    })
  }

  #add(owner: string, at: number, { topic, partition, offset }: Found): void {
    const own = this.#kept.get(owner) ?? new Map<string, Kept>()
    this.#kept.set(owner, own)
    const name = `${topic}-${partition}`
    const kept = own.get(name)
    if (kept === undefined) {
      if (this.#count >= this.#limits.trails) return
      this.#count++
      own.set(name, { topic, partition, points: [{ at, offset }], round: this.#round })
      return
    }
    kept.round = this.#round
    if (kept.points.at(-1)!.offset === offset) return
    kept.points.push({ at, offset })
    if (kept.points.length > this.#limits.points) kept.points.shift()
  }
}
