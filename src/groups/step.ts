/**
 * The group coordinator's core: one group, one event, what follows from it. It does nothing by itself: records to write,
 * answers and timers are effects, and the shell lets no answer out before the records are safe.
 */
import { unreachable } from '../base/assert.ts'
import { applyEnd } from './apply.ts'
import { heartbeat, keepSession, sessionTimedOut } from './classic/heartbeat.ts'
import { join } from './classic/join.ts'
import { leave } from './classic/leave.ts'
import { notedAssignment } from './classic/noted.ts'
import { joinTimedOut, joinTimer, prepareRebalance, syncTimer } from './classic/rebalance.ts'
import { sync, syncTimedOut } from './classic/sync.ts'
import { describeConsumer } from './consumer/describe.ts'
import { consumerHeartbeat } from './consumer/heartbeat.ts'
import { noteTakenOver } from './consumer/target.ts'
import { armAll, consumerTimedOut } from './consumer/timeouts.ts'
import { deleteGroup, sweep } from './delete-group.ts'
import { describeClassic } from './describe.ts'
import type { Ask, GroupEvent, Outcomes } from './events.ts'
import type { Group } from './group.ts'
import { commit } from './offsets/commit.ts'
import { deleteOffsets, topicsDeleted } from './offsets/delete.ts'
import { fetchOffsets } from './offsets/fetch.ts'
import { type GroupEffect, note, type Turn } from './turn.ts'
import type { World } from './world.ts'

export function step(group: Group, event: GroupEvent, world: World): GroupEffect[] {
  const turn: Turn = { group, world, effects: [] }
  decide(turn, event)
  return turn.effects
}

function decide(turn: Turn, event: GroupEvent): void {
  switch (event.kind) {
    case 'consumer-heartbeat':
      return consumerHeartbeat(turn, event as typeof event & Asked<'consumer-heartbeat'>)
    case 'join':
      return join(turn, event as typeof event & Asked<'join'>)
    case 'sync':
      return sync(turn, event as typeof event & Asked<'sync'>)
    case 'heartbeat':
      return heartbeat(turn, event as typeof event & Asked<'heartbeat'>)
    case 'leave':
      return leave(turn, event as typeof event & Asked<'leave'>)
    case 'commit':
      return commit(turn, event as typeof event & Asked<'commit'>)
    case 'fetch-offsets':
      return fetchOffsets(turn, event as typeof event & Asked<'fetch-offsets'>)
    case 'delete-offsets':
      return deleteOffsets(turn, event as typeof event & Asked<'delete-offsets'>)
    case 'describe-consumer':
      return describeConsumer(turn, event.ask as Ask<'describe-consumer'>)
    case 'describe-classic':
      return describeClassic(turn, event.ask as Ask<'describe-classic'>)
    case 'delete-group':
      return deleteGroup(turn, event.ask as Ask<'delete-group'>)
    case 'timeout':
      return timedOut(turn, event.timer)
    case 'loaded':
      return loaded(turn)
    case 'sweep':
      return sweep(turn)
    case 'transaction-ended':
      return applyEnd(turn.group, event)
    case 'topics-deleted':
      return topicsDeleted(turn, event.topics)
    default:
      return unreachable(event)
  }
}

type Asked<K extends keyof Outcomes> = { readonly ask: Ask<K> }

function timedOut(turn: Turn, timer: string): void {
  const { classic, consumer } = turn.group
  const [kind, memberId = ''] = splitOnce(timer)
  if (consumer !== null) return consumerTimedOut(turn, consumer, { kind, memberId })
  if (classic === null) return
  if (timer === joinTimer) return joinTimedOut(turn, classic)
  if (timer === syncTimer) return syncTimedOut(turn, classic)
  if (kind === 'session') sessionTimedOut(turn, classic, memberId)
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf(' ')
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Nobody knows when the members were last heard of: their sessions begin anew. */
function loaded(turn: Turn): void {
  const { classic, consumer } = turn.group
  if (consumer !== null) {
    if (consumer.members.size > 0) noteTakenOver(turn, consumer)
    return armAll(turn, consumer)
  }
  if (classic === null) return
  if (classic.members.size > 0) {
    note(turn, { kind: 'taken-over', ...notedAssignment(classic) })
  }
  for (const memberId of classic.members.keys()) keepSession(turn, classic, memberId)
  const sizeMax = turn.world.config.groupMaxSize
  const [first] = classic.members.keys()
  if (first === undefined) return
  if (classic.leader === null) {
    classic.leader = first
    prepareRebalance(turn, classic, 'the group has moved to the classic protocol')
  } else if (classic.members.size > sizeMax) {
    prepareRebalance(turn, classic, 'the group is too large')
  }
}
