/** What goes wrong in the world, as its seed has it; and the end of it. */
import type { SimBroker } from './broker.ts'
import type { ClusterWorld } from './world.ts'

export const kinds = [
  'kill',
  'kill two',
  'power cut',
  'stop',
  'pause',
  'cut off',
  'cut one way',
  'broken connections',
  'slow disk',
  'slow network',
] as const
export type Kind = (typeof kinds)[number]

const everyMs = 900
const lastingMs = 2500

export class Trouble {
  readonly #world: ClusterWorld
  readonly happened = new Map<Kind, number>()
  readonly #cures = new Set<() => void>()
  #isOver = false
  /** Its disk may have lost records; until all are in sync again no other may. */
  #lost: SimBroker | null = null

  constructor(world: ClusterWorld) {
    this.#world = world
  }

  get isAtRisk(): boolean {
    return this.#lost !== null
  }

  begin(): void {
    this.#next()
  }

  /** Everything works again. */
  end(): void {
    this.#isOver = true
    for (const cure of [...this.#cures]) cure()
  }

  #next(): void {
    const { time, random } = this.#world
    time.after(random.number() * 2 * everyMs, () => {
      if (this.#isOver) return
      this.#happen(random.pick(kinds))
      this.#next()
    })
  }

  #happen(kind: Kind): void {
    const { random, brokers, net, operator } = this.#world
    const victim = random.pick(brokers)
    this.happened.set(kind, (this.happened.get(kind) ?? 0) + 1)
    switch (kind) {
      case 'kill':
        return this.#down(victim, (broker) => broker.kill())
      case 'kill two': {
        const other = random.pick(brokers)
        this.#down(victim, (broker) => broker.kill())
        return this.#down(other, (broker) => broker.kill())
      }
      case 'power cut':
        // What only a page cache held is lost; Kafka's promise holds while one in-sync replica keeps its own.
        if (this.isAtRisk || !operator.mayLoseOne || !this.#world.mayLoseOne()) return
        this.#lost = victim
        this.#world.history.hasLostOne = true
        this.#down(victim, (broker) =>
          !broker.isVoter && random.chance(0.3) ? broker.loseDisk() : broker.cutPower(),
        )
        return this.#safeAgain()
      case 'stop':
        if (!victim.isReady || victim.machine.isPaused || !this.#mayEnd(victim)) return
        return victim.stop(() => this.#backSoon(victim))
      case 'pause':
        victim.machine.pause()
        return this.#undo(() => victim.machine.resume())
      case 'cut off':
        return this.#cut(victim, true, true)
      case 'cut one way':
        return this.#cut(victim, random.chance(0.5), false)
      case 'broken connections':
        return net.break(0.3)
      case 'slow disk':
        victim.syncMsMax = 400
        return this.#undo(() => {
          victim.syncMsMax = 1
        })
      case 'slow network':
        net.hiccupMs = 300
        return this.#undo(() => {
          net.hiccupMs = 0
        })
    }
  }

  #down(broker: SimBroker, end: (broker: SimBroker) => void): void {
    if (!broker.isUp || !this.#mayEnd(broker)) return
    end(broker)
    this.#backSoon(broker)
  }

  /**
   * A kill counts as a stop that was not clean, and whoever stops so is not eligible any more (KIP-966). If all were to go so, while
   * one that lost records still counts as in sync, that one would lead, here as in Apache Kafka.
   */
  #mayEnd(broker: SimBroker): boolean {
    const lost = this.#lost
    if (this.#world.operator.isChangingMinInSync) return false
    return lost === null || lost === broker || this.#world.isOutOfSync(lost.id)
  }

  #backSoon(broker: SimBroker): void {
    const { random } = this.#world
    // Half of them at once, as a supervisor would have it.
    this.#undo(() => broker.start(), random.chance(0.5) ? 50 : lastingMs)
  }

  #safeAgain(): void {
    this.#world.time.after(200, () => {
      if (this.#world.inSync() && this.#world.brokers.every(({ isUp }) => isUp)) this.#lost = null
      else this.#safeAgain()
    })
  }

  /** From this machine to some or all of the others, or the other way, or both. */
  #cut({ machine }: SimBroker, outward: boolean, bothWays: boolean): void {
    const { brokers, random, net, client } = this.#world
    const others = [...brokers.map((each) => each.machine), client.machine]
    const cuts: string[] = []
    for (const other of others) {
      if (other === machine || random.chance(0.3)) continue
      if (outward || bothWays) cuts.push(`${machine.name} ${other.name}`)
      if (!outward || bothWays) cuts.push(`${other.name} ${machine.name}`)
    }
    for (const cut of cuts) net.cuts.add(cut)
    this.#undo(() => {
      for (const cut of cuts) net.cuts.delete(cut)
    })
  }

  /** After a while, or when all trouble ends. */
  #undo(cure: () => void, withinMs = lastingMs): void {
    const { time, random } = this.#world
    const once = () => {
      if (this.#cures.delete(once)) cure()
    }
    this.#cures.add(once)
    time.after(random.number() * withinMs, once)
  }
}
