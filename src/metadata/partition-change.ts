/**
 * How one partition changes: reassignments are finished, eligible leader replicas kept, a leader found (KIP-455, 704, 841,
 * 966). All that the controller does to partitions goes through here, so a leader always comes from the in-sync set, from the
 * eligible replicas, or, if that is configured or the last known leader returns, uncleanly.
 */
import type { PartitionImage } from './image.ts'
import { type RecordOf, record } from './records.ts'

export const noLeader = -1
const noLeaderChange = -2
const recovering = 1

export type Election = 'online' | 'preferred' | 'unclean'

/** What is wanted of the partition; absent means as it is. */
export interface PartitionTarget {
  readonly isr?: readonly number[]
  readonly replicas?: readonly number[]
  readonly removing?: readonly number[]
  readonly adding?: readonly number[]
  readonly leaderRecoveryState?: number
  readonly directories?: ReadonlyMap<number, string>
  readonly election?: Election
  /** Brokers that may have lost what they held: no eligible leaders any more. */
  readonly uncleanShutdown?: readonly number[]
  /** A replica that begins anew, with nothing: unless it is the only one, it leads only after an unclean election. */
  readonly empty?: number
}

export interface PartitionRules {
  /** Alive, and with the replica's directory online. */
  readonly acceptable: (brokerId: number) => boolean
  readonly recordVersion: number
  readonly minInSync: number
  readonly elr: boolean
  readonly directories: boolean
  readonly epochBumpOnShrink: boolean
  readonly defaultDirectory: (brokerId: number) => string
}

interface Draft {
  isr: readonly number[]
  replicas: readonly number[]
  removing: readonly number[]
  adding: readonly number[]
  elr: readonly number[]
}

type ChangeFields = {
  -readonly [K in keyof RecordOf<'partitionChange'>['value']]?: RecordOf<'partitionChange'>['value'][K]
}

/** The record that brings the partition as near to what is wanted as the rules allow; null if nothing changes. */
export function partitionChange(
  at: { topicId: string; partitionId: number },
  partition: PartitionImage,
  target: PartitionTarget,
  rules: PartitionRules,
): RecordOf<'partitionChange'> | null {
  const draft = finishReassignment({
    isr: target.isr ?? partition.isr,
    replicas: target.replicas ?? partition.replicas,
    removing: target.removing ?? partition.removingReplicas,
    adding: target.adding ?? partition.addingReplicas,
    elr: partition.elr,
  })
  const empty = draft.replicas.length > 1 ? (target.empty ?? null) : null
  if (rules.elr) {
    const unsafe = [...(target.uncleanShutdown ?? []), ...(empty === null ? [] : [empty])]
    draft.elr = eligible(partition, draft, unsafe, rules.minInSync)
  }
  const change: ChangeFields = {}
  const unclean = elect(partition, draft, target.election ?? 'online', rules, change)
  if (
    change.leader === undefined &&
    !partition.replicas.every((id) => draft.replicas.includes(id))
  ) {
    // Replicas that leave must hear of it from a leader of a new epoch.
    change.leader = partition.leader
  }
  if (unclean || !rules.elr) draft.elr = []
  if (!same(draft.elr, partition.elr)) change.eligibleLeaderReplicas = [...draft.elr]
  const mayBeEmpty = draft.isr.length > 0 || rules.elr
  if (change.isr === undefined && mayBeEmpty && !same(draft.isr, partition.isr)) {
    change.isr = [...draft.isr]
  }
  bumpOnShrink(partition, rules, change)
  rememberLastLeader(partition, rules, change)
  if (empty !== null && (change.lastKnownElr ?? partition.lastKnownElr).includes(empty)) {
    change.lastKnownElr = []
  }
  assign(partition, draft, target.directories, rules, change)
  const { leaderRecoveryState } = target
  if (leaderRecoveryState !== undefined && leaderRecoveryState !== partition.leaderRecoveryState) {
    change.leaderRecoveryState = leaderRecoveryState
  }
  if (Object.keys(change).length === 0) return null
  return record('partitionChange', rules.recordVersion, { ...at, ...change })
}

/** A reassignment is done when all that were to come are in sync and something stays. */
function finishReassignment(draft: Draft): Draft {
  const { adding, removing } = draft
  if (adding.length === 0 && removing.length === 0) return draft
  const isr = draft.isr.filter((id) => !removing.includes(id))
  if (isr.length === 0 || !adding.every((id) => isr.includes(id))) return draft
  const replicas = draft.replicas.filter((id) => !removing.includes(id))
  return { ...draft, isr, replicas, adding: [], removing: [] }
}

/**
 * While the in-sync set is below the minimum, whoever leaves it stays eligible: nothing could be acknowledged without it
 * (KIP-966).
 */
function eligible(
  partition: PartitionImage,
  { isr, elr, replicas }: Draft,
  uncleanShutdown: readonly number[],
  minInSync: number,
): readonly number[] {
  if (isr.length >= minInSync) return []
  const candidates = new Set([...elr, ...partition.isr])
  // Who is moved away and comes back comes back empty.
  return [...candidates]
    .filter((id) => replicas.includes(id) && !isr.includes(id) && !uncleanShutdown.includes(id))
    .sort((a, b) => a - b)
}

/** Finds a leader; true if it may lack acknowledged records. */
function elect(
  partition: PartitionImage,
  draft: Draft,
  election: Election,
  rules: PartitionRules,
  change: ChangeFields,
): boolean {
  const { leader, unclean } = elected(partition, draft, election, rules)
  if (leader === partition.leader) return false
  change.leader = leader
  if (draft.elr.includes(leader)) {
    draft.isr = [leader]
    draft.elr = draft.elr.filter((id) => id !== leader)
  }
  if (!unclean) return false
  change.isr = [leader]
  if (partition.leaderRecoveryState !== recovering) change.leaderRecoveryState = recovering
  return true
}

function elected(
  partition: PartitionImage,
  { isr, elr, replicas }: Draft,
  election: Election,
  { acceptable, ...rules }: PartitionRules,
): { leader: number; unclean: boolean } {
  const valid = (id: number) =>
    (isr.includes(id) || (isr.length === 0 && elr.includes(id))) && acceptable(id)
  const clean = (leader: number) => ({ leader, unclean: false })
  const preferred = replicas[0]
  if (election === 'preferred' && preferred !== undefined && valid(preferred))
    return clean(preferred)
  if (valid(partition.leader)) return clean(partition.leader)
  const online = replicas.find(valid)
  if (online !== undefined) return clean(online)
  const [last, ...more] = partition.lastKnownElr
  const abandoned = isr.length === 0 && elr.length === 0
  if (rules.elr && abandoned && last !== undefined && more.length === 0 && acceptable(last)) {
    return { leader: last, unclean: true }
  }
  const any = election === 'unclean' ? replicas.find(acceptable) : undefined
  return any === undefined ? clean(noLeader) : { leader: any, unclean: true }
}

function bumpOnShrink(
  partition: PartitionImage,
  rules: PartitionRules,
  change: ChangeFields,
): void {
  if (!rules.epochBumpOnShrink || change.leader !== undefined) return
  const { isr } = change
  if (isr !== undefined && isr !== null && !partition.isr.every((id) => isr.includes(id))) {
    change.leader = partition.leader
  }
}

/**
 * The field of the last known eligible replicas holds the last leader, from when nobody is in sync until there is one again. Where the
 * leader had gone before, it is whoever was in sync last: Apache Kafka notes -1 then, and nobody could ever lead again.
 */
function rememberLastLeader(
  partition: PartitionImage,
  { elr }: PartitionRules,
  change: ChangeFields,
): void {
  if (!elr) {
    if (partition.lastKnownElr.length > 0) change.lastKnownElr = []
    return
  }
  const { lastKnownElr } = partition
  const leader = change.leader ?? noLeaderChange
  const emptied = change.isr !== undefined && change.isr !== null && change.isr.length === 0
  const last =
    partition.leader === noLeader ? (lastKnownElr[0] ?? partition.isr.at(-1)) : partition.leader
  if (emptied && last !== undefined && !same(lastKnownElr, [last])) {
    change.lastKnownElr = [last]
  } else if (
    (leader >= 0 || (partition.leader !== noLeader && leader !== noLeader)) &&
    lastKnownElr.length > 0
  ) {
    change.lastKnownElr = []
  }
}

function assign(
  partition: PartitionImage,
  draft: Draft,
  moved: ReadonlyMap<number, string> | undefined,
  rules: PartitionRules,
  change: ChangeFields,
): void {
  if (rules.directories && draft.replicas.length > 0) {
    const known = new Map(partition.replicas.map((id, i) => [id, partition.directories[i]]))
    const directories = draft.replicas.map(
      (id) => moved?.get(id) ?? known.get(id) ?? rules.defaultDirectory(id),
    )
    if (!same(directories, partition.directories)) change.directories = directories
  }
  if (draft.replicas.length > 0 && !same(draft.replicas, partition.replicas)) {
    change.replicas = [...draft.replicas]
  }
  if (!same(draft.removing, partition.removingReplicas))
    change.removingReplicas = [...draft.removing]
  if (!same(draft.adding, partition.addingReplicas)) change.addingReplicas = [...draft.adding]
}

function same<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((each, i) => each === other[i])
}
