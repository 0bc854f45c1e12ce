import type { Handler } from '../handler.ts'
import addOffsetsToTxn from './add-offsets-to-txn.ts'
import addPartitionsToTxn from './add-partitions-to-txn.ts'
import addRaftVoter from './add-raft-voter.ts'
import allocateProducerIds from './allocate-producer-ids.ts'
import alterClientQuotas from './alter-client-quotas.ts'
import alterConfigs from './alter-configs.ts'
import alterPartition from './alter-partition.ts'
import alterPartitionReassignments from './alter-partition-reassignments.ts'
import alterReplicaLogDirs from './alter-replica-log-dirs.ts'
import apiVersions from './api-versions.ts'
import assignReplicasToDirs from './assign-replicas-to-dirs.ts'
import beginQuorumEpoch from './begin-quorum-epoch.ts'
import brokerHeartbeat from './broker-heartbeat.ts'
import brokerRegistration from './broker-registration.ts'
import consumerGroupDescribe from './consumer-group-describe.ts'
import consumerGroupHeartbeat from './consumer-group-heartbeat.ts'
import controllerRegistration from './controller-registration.ts'
import createAcls from './create-acls.ts'
import createDelegationToken from './create-delegation-token.ts'
import createPartitions from './create-partitions.ts'
import createTopics from './create-topics.ts'
import deleteAcls from './delete-acls.ts'
import deleteGroups from './delete-groups.ts'
import deleteRecords from './delete-records.ts'
import deleteTopics from './delete-topics.ts'
import describeAcls from './describe-acls.ts'
import describeClientQuotas from './describe-client-quotas.ts'
import describeCluster from './describe-cluster.ts'
import describeConfigs from './describe-configs.ts'
import describeDelegationToken from './describe-delegation-token.ts'
import describeGroups from './describe-groups.ts'
import describeHistory from './describe-history.ts'
import describeLogDirs from './describe-log-dirs.ts'
import describeProducers from './describe-producers.ts'
import describeQuorum from './describe-quorum.ts'
import describeTopicPartitions from './describe-topic-partitions.ts'
import describeTransactions from './describe-transactions.ts'
import describeUserScramCredentials from './describe-user-scram-credentials.ts'
import electLeaders from './elect-leaders.ts'
import endQuorumEpoch from './end-quorum-epoch.ts'
import endTxn from './end-txn.ts'
import envelope from './envelope.ts'
import expireDelegationToken from './expire-delegation-token.ts'
import fetch from './fetch.ts'
import fetchSnapshot from './fetch-snapshot.ts'
import findCoordinator from './find-coordinator.ts'
import heartbeat from './heartbeat.ts'
import incrementalAlterConfigs from './incremental-alter-configs.ts'
import initProducerId from './init-producer-id.ts'
import joinGroup from './join-group.ts'
import leaveGroup from './leave-group.ts'
import listConfigResources from './list-config-resources.ts'
import listGroups from './list-groups.ts'
import listOffsets from './list-offsets.ts'
import listPartitionReassignments from './list-partition-reassignments.ts'
import listTransactions from './list-transactions.ts'
import metadata from './metadata.ts'
import offsetCommit from './offset-commit.ts'
import offsetDelete from './offset-delete.ts'
import offsetFetch from './offset-fetch.ts'
import offsetForLeaderEpoch from './offset-for-leader-epoch.ts'
import produce from './produce.ts'
import removeRaftVoter from './remove-raft-voter.ts'
import renewDelegationToken from './renew-delegation-token.ts'
import saslAuthenticate from './sasl-authenticate.ts'
import saslHandshake from './sasl-handshake.ts'
import syncGroup from './sync-group.ts'
import txnOffsetCommit from './txn-offset-commit.ts'
import unregisterBroker from './unregister-broker.ts'
import updateFeatures from './update-features.ts'
import updateRaftVoter from './update-raft-voter.ts'
import vote from './vote.ts'
import writeTxnMarkers from './write-txn-markers.ts'

/** What answers that its feature is off, in the words of a Kafka where it is. */
export const off: readonly Handler[] = [
  createAcls,
  createDelegationToken,
  deleteAcls,
  describeAcls,
  describeDelegationToken,
  expireDelegationToken,
  renewDelegationToken,
  saslAuthenticate,
  saslHandshake,
]

/** Everything that is served; what stands here is advertised, and nothing else. */
export const handlers: readonly Handler[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  apiVersions,
  deleteRecords,
  initProducerId,
  addPartitionsToTxn,
  addOffsetsToTxn,
  txnOffsetCommit,
  endTxn,
  writeTxnMarkers,
  describeTransactions,
  listTransactions,
  offsetForLeaderEpoch,
  describeLogDirs,
  describeCluster,
  describeProducers,
  describeTopicPartitions,
  addRaftVoter,
  allocateProducerIds,
  alterClientQuotas,
  alterConfigs,
  alterPartition,
  alterPartitionReassignments,
  alterReplicaLogDirs,
  assignReplicasToDirs,
  beginQuorumEpoch,
  brokerHeartbeat,
  brokerRegistration,
  controllerRegistration,
  createPartitions,
  createTopics,
  deleteTopics,
  describeClientQuotas,
  describeConfigs,
  describeQuorum,
  describeUserScramCredentials,
  electLeaders,
  endQuorumEpoch,
  envelope,
  fetchSnapshot,
  incrementalAlterConfigs,
  listConfigResources,
  listPartitionReassignments,
  findCoordinator,
  consumerGroupHeartbeat,
  consumerGroupDescribe,
  joinGroup,
  syncGroup,
  heartbeat,
  leaveGroup,
  offsetCommit,
  offsetFetch,
  offsetDelete,
  listGroups,
  describeGroups,
  deleteGroups,
  describeHistory,
  removeRaftVoter,
  unregisterBroker,
  updateFeatures,
  updateRaftVoter,
  vote,
  ...off,
]

export const byKey: ReadonlyMap<number, Handler> = new Map(
  handlers.map((each) => [each.api.key, each]),
)

/** What one kind of listener answers: clients on the one, the quorum on the other. What is not Kafka's stays on the socket. */
export function servedOn(
  listener: 'broker' | 'controller',
  { isSocket }: { isSocket: boolean },
): ReadonlyMap<number, Handler> {
  return new Map(
    [...byKey].filter(
      ([key, { api }]) =>
        api.listeners.includes(listener) && (isSocket || key !== describeHistoryKey),
    ),
  )
}

const describeHistoryKey = describeHistory.api.key
