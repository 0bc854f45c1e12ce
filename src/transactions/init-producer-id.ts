/** InitProducerId with a transactional id: whoever comes with it fences those before (KIP-98), or takes up its own again (KIP-360). */
import type { ErrorName } from '../protocol/errors.ts'
import { abortFenced } from './end.ts'
import type { Ask, Identity, InitEvent } from './events.ts'
import {
  type Content,
  isEnding,
  isExhausted,
  moved,
  noEpoch,
  noPartitions,
  noProducerId,
} from './state.ts'
import { refusedIdentity, remember, reply, type Turn } from './turn.ts'

type Asked = InitEvent & { readonly ask: Ask<'init'> }

export function initProducerId(turn: Turn, event: Asked): void {
  const { timeoutMs, freshProducerId, ask } = event
  if (timeoutMs <= 0 || timeoutMs > turn.world.transactionMaxTimeoutMs) {
    return reply(turn, ask, refusedIdentity('INVALID_TRANSACTION_TIMEOUT'))
  }
  const { content } = turn.transaction
  if (content !== null) return initKnown(turn, event, content)
  if (freshProducerId === null) return need(turn, event)
  given(turn, ask, {
    state: 'Empty',
    producerId: freshProducerId,
    previousProducerId: freshProducerId,
    nextProducerId: noProducerId,
    producerEpoch: 0,
    lastProducerEpoch: noEpoch,
    timeoutMs,
    partitions: noPartitions,
    updatedAt: turn.world.now,
    startedAt: -1,
    clientTransactionVersion: 0,
  })
}

function initKnown(turn: Turn, event: Asked, content: Content): void {
  const { expected, ask } = event
  if (isEnding(content)) return reply(turn, ask, refusedIdentity('CONCURRENT_TRANSACTIONS'))
  if (expected !== null && !mayAsk(content, expected)) {
    return reply(turn, ask, refusedIdentity('PRODUCER_FENCED'))
  }
  if (content.state !== 'Ongoing') return begin(turn, event, content)
  // The epoch of the abort is given to nobody: the client asks again, and gets the one after it.
  abortFenced(turn, content)
  reply(turn, ask, refusedIdentity('CONCURRENT_TRANSACTIONS'))
}

/** Its id is the present one, or the one before of which it has used up the epochs; the epoch itself is looked at later. */
function mayAsk(content: Content, { producerId, producerEpoch }: Identity): boolean {
  return (
    producerId === content.producerId ||
    (producerId === content.previousProducerId && isExhausted(producerEpoch))
  )
}

function begin(turn: Turn, event: Asked, content: Content): void {
  const { expected, ask } = event
  if (isExhausted(content.producerEpoch)) {
    const knows =
      expected === null ||
      expected.producerEpoch === content.producerEpoch ||
      expected.producerEpoch === content.lastProducerEpoch
    if (!knows) return reply(turn, ask, refusedIdentity('PRODUCER_FENCED'))
    return rotate(turn, event, content)
  }
  const epochs = raised(content, expected)
  if (typeof epochs === 'string') return reply(turn, ask, refusedIdentity(epochs))
  given(turn, ask, emptied(turn, event, content, epochs))
}

type Epochs = Pick<Content, 'producerEpoch' | 'lastProducerEpoch'>

function raised(content: Content, expected: Identity | null): Epochs | ErrorName {
  const { producerEpoch, lastProducerEpoch } = content
  if (expected === null) return { producerEpoch: producerEpoch + 1, lastProducerEpoch: noEpoch }
  if (expected.producerEpoch === producerEpoch) {
    return { producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch }
  }
  // It asks again: the answer to its first question was lost.
  if (lastProducerEpoch !== noEpoch && expected.producerEpoch === lastProducerEpoch) {
    return { producerEpoch, lastProducerEpoch }
  }
  return 'PRODUCER_FENCED'
}

function rotate(turn: Turn, event: Asked, content: Content): void {
  const { freshProducerId, expected, ask } = event
  if (freshProducerId === null) return need(turn, event)
  const lastProducerEpoch = expected === null ? noEpoch : expected.producerEpoch
  const epochs = { producerEpoch: 0, lastProducerEpoch }
  given(turn, ask, {
    ...emptied(turn, event, content, epochs),
    producerId: freshProducerId,
  })
}

function emptied(turn: Turn, { timeoutMs }: Asked, content: Content, epochs: Epochs): Content {
  return moved(content, {
    state: 'Empty',
    ...epochs,
    nextProducerId: noProducerId,
    timeoutMs,
    partitions: noPartitions,
    updatedAt: turn.world.now,
    startedAt: -1,
  })
}

function given(turn: Turn, ask: Ask<'init'>, content: Content): void {
  remember(turn, content)
  const { producerId, producerEpoch } = content
  reply(turn, ask, { error: 'NONE', producerId, producerEpoch })
}

const need = (turn: Turn, event: Asked): void => {
  turn.effects.push({ kind: 'need-producer-id', event })
}
