/** AddPartitionsToTxn and AddOffsetsToTxn, and the question of brokers whether a partition has been added (KIP-890). */
import type { ErrorName } from '../protocol/errors.ts'
import type { AddPartitionsEvent, Ask, Identity, VerifyEvent } from './events.ts'
import {
  type Content,
  isEnding,
  isGivenAway,
  moved,
  noPartitions,
  type Partitions,
} from './state.ts'
import { remember, reply, type Turn } from './turn.ts'

export function addPartitions(
  turn: Turn,
  event: AddPartitionsEvent & { readonly ask: Ask<'add-partitions'> },
): void {
  const content = owned(turn, event)
  if (typeof content === 'string') return reply(turn, event.ask, { error: content })
  const { state, partitions, startedAt } = content
  const isNew = state !== 'Ongoing'
  if (isNew || missing(partitions, event.partitions).size > 0) {
    remember(
      turn,
      moved(content, {
        state: 'Ongoing',
        partitions: joined(isNew ? noPartitions : partitions, event.partitions),
        updatedAt: turn.world.now,
        startedAt: isNew ? turn.world.now : startedAt,
        clientTransactionVersion: event.clientTransactionVersion,
      }),
    )
  }
  reply(turn, event.ask, { error: 'NONE' })
}

export function verify(turn: Turn, event: VerifyEvent & { readonly ask: Ask<'verify'> }): void {
  const content = owned(turn, event)
  if (typeof content === 'string') {
    return reply(turn, event.ask, { error: content, missing: noPartitions })
  }
  const present = content.state === 'Ongoing' ? content.partitions : noPartitions
  reply(turn, event.ask, { error: 'NONE', missing: missing(present, event.partitions) })
}

/** The transaction, if the producer may change it now. */
function owned({ transaction }: Turn, identity: Identity): Content | ErrorName {
  const { content } = transaction
  if (content === null) return 'INVALID_PRODUCER_ID_MAPPING'
  if (isEnding(content)) return 'CONCURRENT_TRANSACTIONS'
  if (content.producerId !== identity.producerId) return 'INVALID_PRODUCER_ID_MAPPING'
  const { producerEpoch } = identity
  if (content.producerEpoch !== producerEpoch || !isGivenAway(producerEpoch)) {
    return 'PRODUCER_FENCED'
  }
  return content
}

function missing(present: Partitions, wanted: Partitions): Partitions {
  const found = new Map<string, Set<number>>()
  for (const [topic, ids] of wanted) {
    const absent = [...ids].filter((each) => !present.get(topic)?.has(each))
    if (absent.length > 0) found.set(topic, new Set(absent))
  }
  return found
}

function joined(some: Partitions, more: Partitions): Partitions {
  const all = new Map(some)
  for (const [topic, ids] of more) all.set(topic, new Set([...(all.get(topic) ?? []), ...ids]))
  return all
}
