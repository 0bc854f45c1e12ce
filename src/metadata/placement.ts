/**
 * Where the replicas of new partitions go, as Kafka's striped placer spreads them (KIP-36, KIP-631): over racks first, then
 * over the brokers of each rack in turn; the first replica is always on a broker that is not fenced.
 */
import { KafkaError } from '../protocol/errors.ts'

export interface UsableBroker {
  readonly id: number
  readonly rack: string | null
  readonly fenced: boolean
}

export interface PlacementSpec {
  readonly partitions: number
  readonly replicationFactor: number
}

/** One list of replicas for each partition. Throws INVALID_REPLICATION_FACTOR with Kafka's words. */
export function place(
  brokers: readonly UsableBroker[],
  { partitions, replicationFactor }: PlacementSpec,
  random: () => number,
): number[][] {
  const fault = placementFault(brokers, replicationFactor)
  if (fault !== null) throw new KafkaError('INVALID_REPLICATION_FACTOR', fault)
  const stripe = newStripe(brokers, random)
  return Array.from({ length: partitions }, () => nextReplicas(stripe, replicationFactor))
}

function placementFault(
  brokers: readonly UsableBroker[],
  replicationFactor: number,
): string | null {
  if (replicationFactor <= 0) {
    return `Invalid replication factor ${replicationFactor}: the replication factor must be positive.`
  }
  if (!brokers.some(({ fenced }) => !fenced)) {
    return 'All brokers are currently fenced, or have all their log directories cordoned.'
  }
  if (replicationFactor > brokers.length) {
    return (
      `The target replication factor of ${replicationFactor} cannot be reached because only ` +
      `${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned.`
    )
  }
  return null
}

/** A ring of brokers: every partition starts it one place further on, and takes from there as many as it needs. */
interface Ring {
  readonly ids: number[]
  start: number
  taken: number
  round: number
}

interface Rack {
  readonly live: Ring
  readonly fenced: Ring
}

interface Stripe {
  readonly racks: Rack[]
  readonly liveCount: number
  readonly random: () => number
  round: number
  /** The rack with which the next partition begins. */
  next: number
}

const newRing = (ids: number[]): Ring => ({ ids, start: 0, taken: 0, round: 0 })

function newStripe(brokers: readonly UsableBroker[], random: () => number): Stripe {
  const racks = new Map<string | null, Rack>()
  for (const { id, rack: name, fenced } of brokers) {
    const rack = racks.get(name) ?? { live: newRing([]), fenced: newRing([]) }
    racks.set(name, rack)
    const ring = fenced ? rack.fenced : rack.live
    ring.ids.push(id)
  }
  const liveCount = brokers.filter(({ fenced }) => !fenced).length
  const stripe: Stripe = { racks: [...racks.values()], liveCount, random, round: 0, next: 0 }
  reshuffle(stripe)
  return stripe
}

function nextReplicas(stripe: Stripe, replicationFactor: number): number[] {
  const { racks, liveCount } = stripe
  // Each live broker has led once: a new order, so that the same neighbours do not meet for ever.
  if (stripe.round === liveCount && liveCount > 1) {
    reshuffle(stripe)
    stripe.round = 0
  }
  const first = firstLiveRack(stripe)
  const replicas = [take(racks[first]!.live, stripe.round)]
  // The rack of the leader is passed over once; then all racks take part again, round and round.
  let passed = false
  for (let at = stripe.next; replicas.length < replicationFactor; at = (at + 1) % racks.length) {
    if (at === first && !passed) {
      passed = true
      continue
    }
    const id = takeAny(racks[at]!, stripe.round)
    if (id >= 0) replicas.push(id)
  }
  stripe.round++
  stripe.next = (stripe.next + 1) % racks.length
  return replicas
}

function firstLiveRack({ racks, next }: Stripe): number {
  for (let i = 0; i < racks.length; i++) {
    const at = (next + i) % racks.length
    if (racks[at]!.live.ids.length > 0) return at
  }
  throw new Error('no rack has a live broker')
}

function takeAny(rack: Rack, round: number): number {
  const live = take(rack.live, round)
  return live >= 0 ? live : take(rack.fenced, round)
}

/** −1: all have been taken for this partition. */
function take(ring: Ring, round: number): number {
  const { ids } = ring
  if (ids.length === 0) return -1
  if (ring.round !== round) {
    ring.round = round
    ring.taken = 0
    ring.start = (ring.start + 1) % ids.length
  }
  if (ring.taken === ids.length) return -1
  return ids[(ring.start + ring.taken++) % ids.length]!
}

function reshuffle({ racks, random }: Stripe): void {
  shuffle(racks, random)
  for (const { live, fenced } of racks) {
    for (const ring of [live, fenced]) {
      shuffle(ring.ids, random)
      ring.round = 0
      ring.start = 0
      ring.taken = 0
    }
  }
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = list[i]!
    list[i] = list[j]!
    list[j] = kept
  }
}
