/** What the active controller decides about brokers, for the log: nobody else says that one has died, and what followed. */
import type { ControllerEffect } from '../../metadata/controller.ts'
import type { Logger } from '../logger.ts'

/** Of one decision. A partition without a leader has −1, one whose leader stays −2. */
export function tellChanges(effects: readonly ControllerEffect[], logger: Logger): void {
  const batches = effects.flatMap((each) => (each.kind === 'persist' ? [each.records] : []))
  // Nearly every turn is about something else.
  if (!batches.some((each) => each.some(({ kind }) => kind === 'brokerRegistrationChange'))) return
  const records = batches.flat()
  const changes = records.flatMap((each) => (each.kind === 'partitionChange' ? [each.value] : []))
  const newLeaders = changes.filter(({ leader }) => leader >= 0).length
  const leaderless = changes.filter(({ leader }) => leader === -1).length
  const inSyncSets = changes.filter(({ isr }) => isr !== null).length
  for (const { kind, value } of records) {
    if (kind !== 'brokerRegistrationChange') continue
    const what = wordsFor(value)
    if (what === null) continue
    logger.info({ brokerId: value.brokerId, newLeaders, leaderless, inSyncSets }, what)
  }
}

function wordsFor({
  fenced,
  inControlledShutdown,
}: {
  fenced: number
  inControlledShutdown: number
}): string | null {
  if (fenced === 1) return 'a broker is fenced'
  if (fenced === -1) return 'a broker takes part'
  return inControlledShutdown === 1 ? 'a broker is about to stop' : null
}
