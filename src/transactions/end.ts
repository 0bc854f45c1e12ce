/**
 * How a transaction ends: the decision is written first, then every partition gets its marker, then the end itself is written. With
 * the clients of KIP-890 the epoch grows with the decision, so that nothing that is late can get into the next transaction.
 */
import type { ErrorName } from '../protocol/errors.ts'
import type { Ask, EndEvent, Identity } from './events.ts'
import {
  type Content,
  isEnding,
  isExhausted,
  isGivenAway,
  lastEpoch,
  moved,
  noEpoch,
  noPartitions,
  noProducerId,
  raisesEpochs,
} from './state.ts'
import { refusedIdentity, remember, reply, type Turn } from './turn.ts'

type Asked = EndEvent & { readonly ask: Ask<'end'> }
/** What to answer at once, or what to do. */
type Verdict = ErrorName | 'NONE' | 'end' | 'end nothing'

export function end(turn: Turn, event: Asked): void {
  const { content } = turn.transaction
  if (content === null)
    return reply(turn, event.ask, refusedIdentity('INVALID_PRODUCER_ID_MAPPING'))
  const raises = raisesEpochs(event.clientTransactionVersion)
  const verdict = raises ? verdictRaising(content, event) : verdictOf(content, event)
  switch (verdict) {
    case 'end':
    case 'end nothing':
      return decide(turn, event, content, { isEmpty: verdict === 'end nothing' })
    case 'NONE':
      return reply(turn, event.ask, answerOf(content))
    default:
      return reply(turn, event.ask, refusedIdentity(verdict))
  }
}

/** A client whose epoch stays. */
function verdictOf(content: Content, { producerId, producerEpoch, commit }: Asked): Verdict {
  if (content.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING'
  if (content.producerEpoch !== producerEpoch || !isGivenAway(producerEpoch)) {
    return 'PRODUCER_FENCED'
  }
  switch (content.state) {
    case 'Ongoing':
      return 'end'
    case 'PrepareCommit':
    case 'PrepareAbort':
      return 'CONCURRENT_TRANSACTIONS'
    case 'CompleteCommit':
    case 'CompleteAbort':
      return isOf(content, commit) ? 'NONE' : 'INVALID_TXN_STATE'
    default:
      return 'INVALID_TXN_STATE'
  }
}

/** The same epoch again is the next transaction; the one before is a client that has not heard the answer. */
function verdictRaising(content: Content, event: Asked): Verdict {
  const { state } = content
  const { producerId, producerEpoch, commit } = event
  if (isEnding(content)) return 'CONCURRENT_TRANSACTIONS'
  const isRetry = isAskedAgain(content, event)
  if (content.producerId !== producerId && !isRetry) return 'INVALID_PRODUCER_ID_MAPPING'
  const hasEnded = state === 'CompleteCommit' || state === 'CompleteAbort'
  const isCurrent = content.producerEpoch === producerEpoch && isGivenAway(producerEpoch)
  if (!isCurrent && !(hasEnded && isRetry)) return 'PRODUCER_FENCED'
  if (state === 'Ongoing') return 'end'
  if (hasEnded && isRetry) return isOf(content, commit) ? 'NONE' : 'INVALID_TXN_STATE'
  return commit ? 'INVALID_TXN_STATE' : 'end nothing'
}

function isAskedAgain(content: Content, { producerId, producerEpoch }: Identity): boolean {
  if (content.producerId === producerId) return content.producerEpoch === producerEpoch + 1
  return (
    content.previousProducerId === producerId &&
    producerEpoch === lastEpoch - 1 &&
    content.producerEpoch === 0
  )
}

const isOf = ({ state }: Content, commit: boolean): boolean =>
  state === (commit ? 'CompleteCommit' : 'CompleteAbort')

function decide(
  turn: Turn,
  event: Asked,
  content: Content,
  { isEmpty }: { isEmpty: boolean },
): void {
  const { commit, clientTransactionVersion, freshProducerId, ask } = event
  const raises = raisesEpochs(clientTransactionVersion)
  const rotates = raises && isExhausted(content.producerEpoch)
  if (rotates && freshProducerId === null) {
    turn.effects.push({ kind: 'need-producer-id', event })
    return
  }
  const { now } = turn.world
  const { producerEpoch } = content
  const prepared = moved(content, {
    state: commit ? 'PrepareCommit' : 'PrepareAbort',
    nextProducerId: rotates ? freshProducerId! : noProducerId,
    ...(raises && { producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch }),
    partitions: isEmpty ? noPartitions : content.partitions,
    startedAt: isEmpty ? now : content.startedAt,
    updatedAt: now,
    clientTransactionVersion,
  })
  remember(turn, prepared)
  reply(turn, ask, answerOf(completed(prepared, now)))
  mark(turn)
}

/** The coordinator itself ends the transaction: another producer took the id, or it took too long. Its producer is fenced. */
export function abortFenced(turn: Turn, content: Content): void {
  const { producerEpoch, clientTransactionVersion } = content
  const fenced = moved(content, {
    state: 'PrepareEpochFence',
    producerEpoch: producerEpoch + 1,
    // A client of KIP-890 may come back and learn of its new epoch.
    lastProducerEpoch: raisesEpochs(clientTransactionVersion) ? producerEpoch : noEpoch,
  })
  remember(turn, moved(fenced, { state: 'PrepareAbort', updatedAt: turn.world.now }))
  mark(turn)
}

/** Sends the markers of what has been decided; where there are none to send it has ended. */
export function mark(turn: Turn): void {
  const { content } = turn.transaction
  if (content === null || !isEnding(content)) return
  const { producerId, producerEpoch, partitions, clientTransactionVersion } = content
  if (partitions.size === 0) return remember(turn, completed(content, turn.world.now))
  turn.effects.push({
    kind: 'send-markers',
    producerId,
    producerEpoch,
    commit: content.state === 'PrepareCommit',
    partitions,
    transactionVersion: clientTransactionVersion,
  })
}

/** Every partition has its marker. */
export function marked(turn: Turn, { producerId, producerEpoch }: Identity): void {
  const { content } = turn.transaction
  if (content === null || !isEnding(content)) return
  if (content.producerId !== producerId || content.producerEpoch !== producerEpoch) return
  remember(turn, completed(content, turn.world.now))
}

function completed(content: Content, now: number): Content {
  const { nextProducerId } = content
  return moved(content, {
    state: content.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    // The client has seen the epoch before the last one, and 0 is the next that it sees.
    ...(nextProducerId !== noProducerId && { producerId: nextProducerId, producerEpoch: 0 }),
    nextProducerId: noProducerId,
    partitions: noPartitions,
    updatedAt: now,
  })
}

const answerOf = ({ producerId, producerEpoch }: Content) => ({
  error: 'NONE' as const,
  producerId,
  producerEpoch,
})
