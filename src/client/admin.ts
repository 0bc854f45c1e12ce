/** What an administrator asks of a cluster. Each method is a function of `admin/`, where its types and its story stand. */
import type { ResourceType } from '../protocol/configs/resource-types.ts'
import * as clusterCalls from './admin/cluster.ts'
import * as configCalls from './admin/configs.ts'
import * as groupDescriptions from './admin/describe-groups.ts'
import * as topicDescriptions from './admin/describe-topics.ts'
import * as groupCalls from './admin/group-offsets.ts'
import { type GroupFilter, listGroups } from './admin/list-groups.ts'
import * as logDirCalls from './admin/log-dirs.ts'
import * as offsetCalls from './admin/offsets.ts'
import type { Resource } from './admin/resources.ts'
import * as topicCalls from './admin/topics.ts'
import { Cluster } from './cluster.ts'
import type { ClientOptions } from './settings.ts'
import type { TopicPartition } from './topic-partition.ts'

type Timeout = topicCalls.TimeoutOption

export class Admin {
  readonly cluster: Cluster

  /** Does nothing yet; the first question connects. */
  constructor(options: ClientOptions | Cluster) {
    this.cluster = options instanceof Cluster ? options : new Cluster(options)
  }

  topics(options?: Timeout) {
    return topicCalls.listTopics(this.cluster, options)
  }

  describeTopics(names: readonly string[], options?: Timeout) {
    return topicDescriptions.describeTopics(this.cluster, names, options)
  }

  describeTopicsById(ids: readonly string[], options?: Timeout) {
    return topicDescriptions.describeTopicsById(this.cluster, ids, options)
  }

  createTopics(
    topics: readonly topicCalls.NewTopic[],
    options?: Timeout & { validateOnly?: boolean },
  ) {
    return topicCalls.createTopics(this.cluster, topics, options)
  }

  deleteTopics(names: readonly string[], options?: Timeout) {
    return topicCalls.deleteTopics(this.cluster, names, options)
  }

  deleteTopicsById(ids: readonly string[], options?: Timeout) {
    return topicCalls.deleteTopicsById(this.cluster, ids, options)
  }

  createPartitions(
    topics: ReadonlyMap<string, topicCalls.MorePartitions>,
    options?: Timeout & { validateOnly?: boolean },
  ) {
    return topicCalls.createPartitions(this.cluster, topics, options)
  }

  describeConfigs(
    resources: readonly Resource[],
    options?: Parameters<typeof configCalls.describeConfigs>[2],
  ) {
    return configCalls.describeConfigs(this.cluster, resources, options)
  }

  incrementalAlterConfigs(
    changes: ReadonlyMap<Resource, readonly configCalls.ConfigChange[]>,
    options?: Timeout & { validateOnly?: boolean },
  ) {
    return configCalls.incrementalAlterConfigs(this.cluster, changes, options)
  }

  listConfigResources(types?: readonly ResourceType[], options?: Timeout) {
    return configCalls.listConfigResources(this.cluster, types, options)
  }

  describeCluster(options?: Timeout & { includeFenced?: boolean }) {
    return clusterCalls.describeCluster(this.cluster, options)
  }

  activeController(options?: Timeout) {
    return clusterCalls.activeController(this.cluster, options)
  }

  reassignments(topics?: ReadonlyMap<string, readonly number[]> | null, options?: Timeout) {
    return clusterCalls.listPartitionReassignments(this.cluster, topics, options)
  }

  reassign(
    moves: Parameters<typeof clusterCalls.alterPartitionReassignments>[1],
    options?: Timeout,
  ) {
    return clusterCalls.alterPartitionReassignments(this.cluster, moves, options)
  }

  logDirs(brokerId: number, options?: Timeout) {
    return logDirCalls.describeLogDirs(this.cluster, brokerId, options)
  }

  alterReplicaLogDirs(
    moves: Parameters<typeof logDirCalls.alterReplicaLogDirs>[1],
    options?: Timeout,
  ) {
    return logDirCalls.alterReplicaLogDirs(this.cluster, moves, options)
  }

  unregisterBroker(brokerId: number, options?: Timeout) {
    return clusterCalls.unregisterBroker(this.cluster, brokerId, options)
  }

  listOffsets<P extends offsetCalls.PartitionOffsetSpec>(
    partitions: readonly P[],
    options?: Timeout & { isolationLevel?: offsetCalls.IsolationLevel },
  ) {
    return offsetCalls.listOffsets(this.cluster, partitions, options)
  }

  replicaEnds(brokerId: number, partitions: readonly TopicPartition[], options?: Timeout) {
    return offsetCalls.replicaEnds(this.cluster, brokerId, partitions, options)
  }

  deleteRecords<P extends TopicPartition & { readonly beforeOffset: bigint }>(
    partitions: readonly P[],
    options?: Timeout,
  ) {
    return offsetCalls.deleteRecords(this.cluster, partitions, options)
  }

  groups(options?: Timeout & GroupFilter) {
    return listGroups(this.cluster, options)
  }

  describeGroups(groupIds: readonly string[], options?: Timeout) {
    return groupDescriptions.describeGroups(this.cluster, groupIds, options)
  }

  groupOffsets(
    groups: ReadonlyMap<string, readonly TopicPartition[] | null>,
    options?: Timeout & { requireStable?: boolean },
  ) {
    return groupCalls.groupOffsets(this.cluster, groups, options)
  }

  alterGroupOffsets(
    groupId: string,
    offsets: readonly groupCalls.OffsetToCommit[],
    options?: Timeout,
  ) {
    return groupCalls.alterGroupOffsets(this.cluster, groupId, offsets, options)
  }

  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[], options?: Timeout) {
    return groupCalls.deleteGroupOffsets(this.cluster, groupId, partitions, options)
  }

  deleteGroups(groupIds: readonly string[], options?: Timeout) {
    return groupCalls.deleteGroups(this.cluster, groupIds, options)
  }

  close(): void {
    this.cluster.close()
  }
}
