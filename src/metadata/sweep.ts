/** What the controller does by itself from time to time: it fences silent brokers and gives leadership back (KIP-631). */

import { isActive } from './assignments.ts'
import { alterPartition, electUncleanly, fence } from './broker-changes.ts'
import { brokerConfigs, type Turn } from './controller.ts'
import { recordsMax } from './create-topics.ts'

const checksPerSession = 4

/** When to come again. `gone` is a broker whose process is known to have ended. */
export function sweep(turn: Turn, gone: number | null = null): number {
  const { controller, image, now } = turn
  const sessionMs = brokerConfigs(turn).get('broker.session.timeout.ms')
  const intervalMs = sessionMs / checksPerSession
  // We were stopped ourselves (a debugger, a laptop's lid): the silence was ours.
  if (now - controller.sweptAt > 2 * intervalMs && gone === null) forgive(turn)
  if (gone === null) controller.sweptAt = now
  for (const [id, { lastContactAt }] of [...controller.sessions]) {
    const broker = image.brokers.get(id)
    if (broker === undefined || broker.fenced) continue
    if (id === gone || now - lastContactAt > sessionMs) fence(turn, id)
  }
  balance(turn)
  return now + intervalMs
}

function forgive({ controller, now }: Turn): void {
  for (const session of controller.sessions.values()) session.lastContactAt = now
}

function balance(turn: Turn): void {
  const { controller, now } = turn
  const configs = brokerConfigs(turn)
  const intervalMs = Number(configs.get('leader.imbalance.check.interval.seconds')) * 1000
  if (now - controller.balancedAt < intervalMs) return
  controller.balancedAt = now
  electUncleanly(turn)
  if (configs.get('auto.leader.rebalance.enable')) preferLeaders(turn)
}

/** Leadership goes back to the first replica wherever that is in sync. */
function preferLeaders(turn: Turn): void {
  for (const topic of turn.image.topicsByName.values()) {
    for (const [partitionId, { leader, replicas, isr }] of topic.partitions.entries()) {
      const preferred = replicas[0]!
      if (leader === preferred || !isr.includes(preferred)) continue
      if (!isActive(turn.image, preferred)) continue
      if (turn.records.length >= recordsMax) return
      alterPartition(turn, topic, partitionId, { election: 'preferred' })
    }
  }
}
