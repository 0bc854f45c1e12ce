import { refusedTopic } from '../../groups/refuse.ts'
import { txnOffsetCommit } from '../../protocol/apis/txn-offset-commit.ts'
import { code, type ErrorName } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/schema.ts'
import type { Broker } from '../broker.ts'
import { handler } from '../handler.ts'
import { offsetsTopic } from '../internal-topics.ts'
import { toldOf } from '../transactions/told.ts'

/** Since then brokers add the partition to the transaction (KIP-890). */
const addsSince = 5
/** Older clients know of no coordinator that only loads. */
const loadingSince = 2

type Request = RequestOf<typeof txnOffsetCommit>

export default handler(txnOffsetCommit, async (broker, request, { apiVersion }) => {
  const topics = await commit(broker, request, apiVersion)
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, error }) => {
        const isUnknown = error === 'COORDINATOR_LOAD_IN_PROGRESS' && apiVersion < loadingSince
        const told = isUnknown ? 'COORDINATOR_NOT_AVAILABLE' : error
        return { partitionIndex: partition, errorCode: code(told) }
      }),
    })),
  }
})

async function commit(broker: Broker, request: Request, apiVersion: number) {
  const { groupId, transactionalId, producerId, producerEpoch } = request
  const producer = { producerId, producerEpoch }
  const topics = request.topics.map(({ name, partitions }) => ({
    topic: { name },
    partitions: partitions.map((each) => ({
      partition: each.partitionIndex,
      offset: each.committedOffset,
      leaderEpoch: each.committedLeaderEpoch,
      metadata: each.committedMetadata,
    })),
  }))
  const refuseAll = (error: ErrorName) => topics.map((each) => refusedTopic(each, error))
  if (groupId === '') return refuseAll('INVALID_GROUP_ID')
  const at = { topic: offsetsTopic, partition: broker.groups.partitionOf(groupId) }
  const hosted = broker.replicas.leader(at.topic, at.partition)
  if (typeof hosted === 'string') return refuseAll('NOT_COORDINATOR')
  const adds = apiVersion >= addsSince
  const isAsked = adds || broker.settings.get('transaction.partition.verification.enable')
  const claim = { transactionalId, ...producer, adds }
  return broker.transactions.verification.verified(claim, at, {
    isOpen: () => !isAsked || hosted.log.producers.isInTransaction(producerId, producerEpoch),
    async use(error) {
      if (error !== 'NONE') {
        const told = toldOf(error, { apiVersion, addsSince })
        return refuseAll(told === 'again' ? 'COORDINATOR_LOAD_IN_PROGRESS' : told)
      }
      const outcome = await broker.groups.ask(groupId, {
        kind: 'commit',
        apiVersion,
        memberId: request.memberId,
        instanceId: request.groupInstanceId,
        generation: request.generationId,
        retentionMs: -1n,
        producer,
        topics,
      })
      return outcome.topics
    },
  })
}
