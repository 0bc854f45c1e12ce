/** Which lane a record takes: by its key, or without one by the sticky partitioner (KIP-480, KIP-794). */
import { partitionForKey } from '../../base/murmur2.ts'
import type { Random } from '../../host/random.ts'
import { choosePartition } from './choose-partition.ts'
import type { Lane } from './lane.ts'
import type { ProducerSettings } from './settings.ts'

/** A topic with the lanes of its partitions, and the one on which records without a key ride now. */
export type Route = {
  readonly topic: string
  readonly lanes: Lane[]
  /** Null until the first record without a key. */
  sticky: Lane | null
  stickyLeft: number
  /** Partitions that have a leader; records without a key go only to them. */
  available: readonly number[]
  /** How many records have taken turns. */
  turns: number
}

export class Router {
  readonly #settings: ProducerSettings
  readonly #random: Random

  constructor(settings: ProducerSettings, random: Random) {
    this.#settings = settings
    this.#random = random
  }

  laneOf(route: Route, key: Uint8Array | null): Lane {
    if (this.#settings.roundRobin) return route.lanes[this.#nextTurn(route)]!
    if (key === null || this.#settings.ignoreKeys) return this.stickyLane(route)
    return route.lanes[partitionForKey(key, route.lanes.length)]!
  }

  /** Where records take turns, the partitions of some, of which some may be given (−1: not); otherwise what was given. */
  partitionsOf(route: Route, given: Int32Array | null, count: number): Int32Array | null {
    if (!this.#settings.roundRobin) return given
    return Int32Array.from({ length: count }, (_, index) => {
      const partition = given?.[index] ?? -1
      return partition >= 0 ? partition : this.#nextTurn(route)
    })
  }

  #nextTurn(route: Route): number {
    const { available, lanes } = route
    const turn = route.turns++
    return available.length > 0 ? available[turn % available.length]! : turn % lanes.length
  }

  stickyLane(route: Route): Lane {
    if (route.sticky === null) this.turn(route)
    return route.sticky!
  }

  /** The next partition has its turn. */
  turn(route: Route): void {
    const { lanes, available } = route
    const choices = available.length > 0 ? available : lanes.map(({ partition }) => partition)
    const queues = choices.map((partition) => ({
      partition,
      waiting: lanes[partition]!.waiting.length,
    }))
    route.sticky = lanes[choosePartition(queues, this.#random.number())]!
    route.stickyLeft = this.#settings.stickyBytes
  }
}
