import type { Ask, ConsumerHeartbeatEvent } from '../events.ts'
import { refusedHeartbeat } from '../refuse.ts'
import { reply, type Turn } from '../turn.ts'
import type { Fault } from './validate.ts'

export type Beating = ConsumerHeartbeatEvent & { readonly ask: Ask<'consumer-heartbeat'> }

export function refuse(turn: Turn, { ask }: Beating, { error, message }: Fault): void {
  reply(turn, ask, refusedHeartbeat(error, message))
}
