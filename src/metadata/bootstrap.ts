/** The first records of a cluster: the features with which it was formatted, in one metadata transaction (KIP-778, KIP-868). */
import { keep, remember, type Turn } from './controller.ts'
import { features } from './features.ts'
import { elrEnabled } from './image.ts'
import { type MetadataRecord, record } from './records.ts'
import { elrSafetyRecords } from './update-features.ts'

/** What `storage format` of Kafka 4.3 writes into bootstrap.checkpoint. */
export function initialRecords(): MetadataRecord[] {
  return features
    .filter(({ name, initial }) => initial > 0 && name !== 'kraft.version')
    .map(({ name, initial }) => record('featureLevel', 0, { name, featureLevel: initial }))
}

/** The first thing that an active controller does when the log is empty. */
export function bootstrap(turn: Turn, records: readonly MetadataRecord[]): void {
  remember(turn, 'beginTransaction', 0, { name: 'Bootstrap records' })
  for (const each of records) keep(turn, each)
  if (elrEnabled(turn.image)) for (const each of elrSafetyRecords(turn)) keep(turn, each)
  remember(turn, 'endTransaction', 0, {})
}
