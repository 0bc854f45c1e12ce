/** What it means for partitions when a broker comes, goes, or may have lost what it held (KIP-631, 841, 966). */

import { defaultDirectory, isActive } from './assignments.ts'
import { brokerConfigs, keep, minInSyncReplicas, remember, type Turn } from './controller.ts'
import { recordVersions } from './features.ts'
import {
  configsOf,
  elrEnabled,
  type MetadataImage,
  type PartitionImage,
  type TopicImage,
} from './image.ts'
import {
  type Election,
  type PartitionRules,
  type PartitionTarget,
  partitionChange,
} from './partition-change.ts'

/** Brokers that do not count although they look alive, or count although they do not yet. */
export interface Exceptions {
  readonly leaving?: number
  readonly coming?: number
}

const lostDirectory = 'AAAAAAAAAAAAAAAAAAAAAQ'
const reservedDirectories = ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAg']

/** Changes one partition and remembers it; false if nothing changed. */
export function alterPartition(
  turn: Turn,
  topic: TopicImage,
  partitionId: number,
  target: PartitionTarget,
  exceptions: Exceptions = {},
): boolean {
  const partition = topic.partitions[partitionId]!
  const rules = rulesFor(turn, topic, partition, exceptions)
  const change = partitionChange({ topicId: topic.id, partitionId }, partition, target, rules)
  if (change === null) return false
  keep(turn, change)
  return true
}

function rulesFor(
  turn: Turn,
  topic: TopicImage,
  partition: PartitionImage,
  { leaving, coming }: Exceptions,
): PartitionRules {
  const { image } = turn
  const { partition: recordVersion, directories, epochBumpOnShrink } = recordVersions(image)
  const minInSync = Math.min(
    minInSyncReplicas(turn, topic.name),
    topic.partitions[0]?.replicas.length ?? 1,
  )
  return {
    acceptable: (id) =>
      id !== leaving &&
      (id === coming || isActive(image, id)) &&
      hasDirectory(image, id, partition),
    recordVersion,
    minInSync,
    elr: elrEnabled(image),
    directories,
    epochBumpOnShrink,
    defaultDirectory: (id) => defaultDirectory(image, id),
  }
}

/** A replica on a directory that its broker has lost cannot lead (KIP-858). */
export function hasDirectory(
  image: MetadataImage,
  brokerId: number,
  partition: PartitionImage,
): boolean {
  const directory = partition.directories[partition.replicas.indexOf(brokerId)]
  if (directory === undefined || reservedDirectories.includes(directory)) return true
  if (directory === lostDirectory) return false
  const logDirs = image.brokers.get(brokerId)?.logDirs ?? []
  return logDirs.length === 0 || logDirs.includes(directory)
}

export function uncleanAllowed(turn: Turn, topic: string): boolean {
  const overrides = configsOf(turn.image, 'topic', topic)
  return brokerConfigs(turn).topic(overrides).get('unclean.leader.election.enable')
}

/** How this topic's partitions find a leader where they lack one. */
export const electionOf = (turn: Turn, topic: string): Election =>
  uncleanAllowed(turn, topic) ? 'unclean' : 'online'

type Which = (partition: PartitionImage) => boolean

/** Goes over all partitions of which `which` says yes. */
function alterAll(
  turn: Turn,
  which: Which,
  target: (partition: PartitionImage) => PartitionTarget,
  exceptions: Exceptions,
): void {
  for (const topic of turn.image.topicsByName.values()) {
    let election: Election | undefined
    for (const [partitionId, partition] of topic.partitions.entries()) {
      if (!which(partition)) continue
      election ??= electionOf(turn, topic.name)
      alterPartition(turn, topic, partitionId, { election, ...target(partition) }, exceptions)
    }
  }
}

/** The broker leaves every in-sync set, and leads nothing any more. */
export function leaveInSyncSets(turn: Turn, brokerId: number): void {
  const isr = (partition: PartitionImage) => partition.isr.filter((id) => id !== brokerId)
  const which: Which = (partition) => partition.isr.includes(brokerId)
  alterAll(turn, which, (partition) => ({ isr: isr(partition) }), { leaving: brokerId })
}

/** As above, and it is not eligible either: after a crash it may lack what it had acknowledged. */
export function leaveUncleanly(turn: Turn, brokerId: number): void {
  const which: Which = ({ isr, elr }) => isr.includes(brokerId) || elr.includes(brokerId)
  const target = (partition: PartitionImage): PartitionTarget => ({
    isr: partition.isr.filter((id) => id !== brokerId),
    uncleanShutdown: [brokerId],
  })
  alterAll(turn, which, target, { leaving: brokerId })
}

export function fence(turn: Turn, brokerId: number): void {
  leaveInSyncSets(turn, brokerId)
  changeBroker(turn, brokerId, 0, { fenced: 1 })
  turn.controller.sessions.delete(brokerId)
}

export function unfence(turn: Turn, brokerId: number): void {
  changeBroker(turn, brokerId, 0, { fenced: -1 })
  const leaderless: Which = ({ leader }) => leader === -1
  alterAll(turn, leaderless, () => ({}), { coming: brokerId })
}

export function enterControlledShutdown(turn: Turn, brokerId: number): void {
  changeBroker(turn, brokerId, 1, { inControlledShutdown: 1 })
  leaveInSyncSets(turn, brokerId)
}

/** Leaderless partitions of topics that would rather lose records than wait. */
export function electUncleanly(turn: Turn): void {
  alterAll(
    turn,
    ({ leader }) => leader === -1,
    () => ({}),
    {},
  )
}

export function leadsAnything(image: MetadataImage, brokerId: number): boolean {
  for (const { partitions } of image.topicsByName.values()) {
    if (partitions.some(({ leader }) => leader === brokerId)) return true
  }
  return false
}

export function changeBroker(
  turn: Turn,
  brokerId: number,
  version: number,
  change: {
    fenced?: number
    inControlledShutdown?: number
    logDirs?: string[]
    cordonedLogDirs?: string[]
  },
): void {
  const { epoch } = turn.image.brokers.get(brokerId)!
  remember(turn, 'brokerRegistrationChange', version, { brokerId, brokerEpoch: epoch, ...change })
}
