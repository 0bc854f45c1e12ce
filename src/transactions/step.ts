/**
 * The transaction coordinator's core: one transactional id, one event, what follows from it. It does nothing by itself: records to
 * write, answers and markers are effects, and the shell lets no answer and no marker out before the records are safe.
 */
import { unreachable } from '../base/assert.ts'
import { addPartitions, verify } from './add-partitions.ts'
import { abortFenced, end, mark, marked } from './end.ts'
import type { Ask, Outcomes, TransactionEffect, TransactionEvent } from './events.ts'
import { initProducerId } from './init-producer-id.ts'
import { moved, type Transaction } from './state.ts'
import { remember, reply, type Turn, type World } from './turn.ts'

export function step(
  transaction: Transaction,
  event: TransactionEvent,
  world: World,
): TransactionEffect[] {
  const turn: Turn = { transaction, world, effects: [] }
  decide(turn, event)
  return turn.effects
}

function decide(turn: Turn, event: TransactionEvent): void {
  switch (event.kind) {
    case 'init':
      return initProducerId(turn, event as typeof event & Asked<'init'>)
    case 'add-partitions':
      return addPartitions(turn, event as typeof event & Asked<'add-partitions'>)
    case 'verify':
      return verify(turn, event as typeof event & Asked<'verify'>)
    case 'end':
      return end(turn, event as typeof event & Asked<'end'>)
    case 'describe':
      return describe(turn, event.ask as Ask<'describe'>)
    case 'marked':
      return marked(turn, event)
    case 'loaded':
      return mark(turn)
    case 'look-at-timeout':
      return lookAtTimeout(turn)
    case 'look-at-expiry':
      return lookAtExpiry(turn)
    default:
      return unreachable(event)
  }
}

type Asked<K extends keyof Outcomes> = { readonly ask: Ask<K> }

function describe(turn: Turn, ask: Ask<'describe'>): void {
  const { content } = turn.transaction
  reply(turn, ask, { error: content === null ? 'TRANSACTIONAL_ID_NOT_FOUND' : 'NONE', content })
}

function lookAtTimeout(turn: Turn): void {
  const { content } = turn.transaction
  if (content?.state !== 'Ongoing') return
  if (content.startedAt + content.timeoutMs < turn.world.now) abortFenced(turn, content)
}

function lookAtExpiry(turn: Turn): void {
  const { content } = turn.transaction
  const isIdle =
    content?.state === 'Empty' ||
    content?.state === 'CompleteCommit' ||
    content?.state === 'CompleteAbort'
  if (!isIdle) return
  const { now, transactionalIdExpirationMs } = turn.world
  if (content.updatedAt > now - transactionalIdExpirationMs) return
  moved(content, { state: 'Dead' })
  remember(turn, null)
}
