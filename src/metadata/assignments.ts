/** Replicas that a user names, or that are chosen, and the partition that begins with them. */
import { zeroUuid } from '../base/uuid.ts'
import { brokerConfigs, type Turn } from './controller.ts'
import { refuse } from './faults.ts'
import { recordVersions } from './features.ts'
import type { BrokerImage, MetadataImage } from './image.ts'
import { type PlacementSpec, place } from './placement.ts'
import { type RecordOf, record } from './records.ts'

/** Leads and is counted in sync: registered, not fenced, not on its way out. */
export function isActive(image: MetadataImage, brokerId: number): boolean {
  const broker = image.brokers.get(brokerId)
  return broker !== undefined && !broker.fenced && !broker.inControlledShutdown
}

/** The only directory of a broker that has one; otherwise the broker chooses and tells (KIP-858). */
export function defaultDirectory(image: MetadataImage, brokerId: number): string {
  const broker = image.brokers.get(brokerId)
  return broker?.logDirs.length === 1 ? broker.logDirs[0]! : zeroUuid
}

export function checkManualAssignment(
  image: MetadataImage,
  replicas: readonly number[],
  replicationFactor: number | null,
): void {
  const error = 'INVALID_REPLICA_ASSIGNMENT'
  const say = 'The manual partition assignment includes'
  if (replicas.length === 0) refuse(error, `${say} an empty replica list.`)
  let previous: number | null = null
  for (const id of [...replicas].sort((a, b) => a - b)) {
    if (!image.brokers.has(id))
      refuse(error, `${say} broker ${id}, but no such broker is registered.`)
    if (id === previous) refuse(error, `${say} the broker ${id} more than once.`)
    previous = id
  }
  if (replicationFactor === null || replicas.length === replicationFactor) return
  refuse(
    error,
    `${say} a partition with ${replicas.length} replica(s), but this is not consistent with ` +
      `previous partitions, which have ${replicationFactor} replica(s).`,
  )
}

/** The in-sync set with which a manually assigned partition begins. */
export function manualInSync(
  image: MetadataImage,
  replicas: readonly number[],
  partitionId: number,
): number[] {
  const isr = replicas.filter((id) => isActive(image, id))
  if (isr.length > 0) return isr
  return refuse(
    'INVALID_REPLICA_ASSIGNMENT',
    `All brokers specified in the manual partition assignment for partition ${partitionId} are fenced or in controlled shutdown.`,
  )
}

/** Places replicas; throws INVALID_REPLICATION_FACTOR, without saying what it was wanted for. */
export function chosenReplicas({ image, chance }: Turn, spec: PlacementSpec): number[][] {
  return place(usableBrokers(image), spec, () => chance.number())
}

export function inSyncOf(image: MetadataImage, replicas: readonly number[]): number[] {
  const isr = replicas.filter((id) => isActive(image, id))
  if (isr.length > 0) return isr
  return refuse(
    'INVALID_REPLICATION_FACTOR',
    `Unable to replicate the partition ${replicas.length} time(s): All brokers are currently fenced or in controlled shutdown.`,
  )
}

function usableBrokers(image: MetadataImage) {
  return [...image.brokers.values()]
    .filter((broker) => !allCordoned(broker))
    .sort((a, b) => a.id - b.id)
    .map(({ id, rack, fenced }) => ({ id, rack, fenced }))
}

const allCordoned = ({ logDirs, cordonedLogDirs }: BrokerImage): boolean =>
  logDirs.length > 0 && logDirs.every((each) => cordonedLogDirs?.includes(each) === true)

export function firstPartitionRecord(
  image: MetadataImage,
  at: { topicId: string; partitionId: number },
  replicas: readonly number[],
  isr: readonly number[],
): RecordOf<'partition'> {
  const { partition: version, directories } = recordVersions(image)
  return record('partition', version, {
    ...at,
    replicas: [...replicas],
    isr: [...isr],
    removingReplicas: [],
    addingReplicas: [],
    leader: isr[0]!,
    leaderEpoch: 0,
    partitionEpoch: 0,
    ...(directories ? { directories: replicas.map((id) => defaultDirectory(image, id)) } : {}),
  })
}

export function defaultPartitions(turn: Turn): number {
  return brokerConfigs(turn).get('num.partitions')
}

export function defaultReplicationFactor(turn: Turn): number {
  return brokerConfigs(turn).get('default.replication.factor')
}
