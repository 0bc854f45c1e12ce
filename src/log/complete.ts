import type { PartitionLog } from './partition-log.ts'

/** Writes what a clean stop leaves beside the records, so that nothing has to be read again; a flush makes it safe. */
export function complete({ store, producers, logEndOffset }: PartitionLog): void {
  const { active } = store.segments
  if (active.changed) store.seal(active)
  producers.endOffset = logEndOffset
  store.takeSnapshot(producers)
}
