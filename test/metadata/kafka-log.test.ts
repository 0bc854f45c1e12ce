/** The metadata log and the snapshots that Apache Kafka 4.3.1 wrote, read by our records and compared with each other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBatches } from '../../src/broker/quorum/batches.ts'
import { Loader } from '../../src/broker/quorum/loader.ts'
import { readSnapshot, snapshotBytes } from '../../src/broker/quorum/snapshots.ts'
import { applyRecord } from '../../src/metadata/apply.ts'
import { initialRecords } from '../../src/metadata/bootstrap.ts'
import { configsOf, emptyImage, type MetadataImage } from '../../src/metadata/image.ts'
import { encodeRecord, type MetadataRecord } from '../../src/metadata/records.ts'
import { snapshotRecords } from '../../src/metadata/snapshot.ts'
import { samplesFolder } from '../support/samples.ts'

const folder = (kind: string) => join(samplesFolder, kind)
const metadata = (kind: string, name: string) =>
  readFileSync(join(folder(kind), '__cluster_metadata-0', name))

/** The log up to an offset, applied. */
function replayed(kind: string, upTo = 1n << 62n): Loader {
  const loader = new Loader()
  for (const batch of readBatches(metadata(kind, '00000000000000000000.log'))) {
    if (batch.lastOffset < upTo) loader.apply(batch)
  }
  return loader
}

/** As text, in no order: Kafka's, and that of the features in a registration, comes from hash maps. */
const asTexts = (records: Iterable<MetadataRecord>) =>
  [...records].map((each) => encodeRecord(sorted(each)).toString('hex')).sort()

function sorted(record: MetadataRecord): MetadataRecord {
  if (record.kind !== 'registerBroker' && record.kind !== 'registerController') return record
  const features = [...record.value.features].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { ...record, value: { ...record.value, features } } as MetadataRecord
}

test.each([
  { kind: 'clean', offset: 47n, epoch: 1 },
  { kind: 'clean', offset: 90n, epoch: 1 },
])('the log up to $offset gives the snapshot that Kafka took there', ({ kind, offset, epoch }) => {
  const name = `${String(offset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`
  const snapshot = readSnapshot(metadata(kind, name))
  expect(snapshot.whole).toBe(true)
  const { image, lastTimestamp } = replayed(kind, offset)
  expect(image.offset).toBe(offset)
  expect(lastTimestamp).toBe(snapshot.lastContained)
  const own = asTexts(snapshotRecords(image))
  expect(own).toEqual(asTexts(snapshot.records))
})

interface State {
  topics: {
    [name: string]: { id: string; partitions: unknown[]; configs: { [name: string]: string } }
  }
}

test.each(['clean', 'crashed'])('what Kafka showed after it had started on %s', (kind) => {
  const state: State = JSON.parse(readFileSync(`${folder(kind)}.state.json`, 'utf8'))
  const { image } = replayed(kind)
  const shown = Object.entries(state.topics).map(([name, { id, partitions, configs }]) => [
    name,
    id,
    partitions.length,
    configs,
  ])
  const known = [...image.topicsByName.values()].map(({ name, id, partitions }) => [
    name,
    id,
    partitions.length,
    Object.fromEntries([...configsOf(image, 'topic', name)].sort()),
  ])
  expect(known.sort()).toEqual(shown.sort())
})

test('a fresh directory is formatted with the records that Kafka formats with, byte for byte', () => {
  const kafkas = readFileSync(join(folder('clean'), 'bootstrap.checkpoint'))
  const batches = [...readBatches(kafkas)]
  const now = Number(batches[0]!.timestamp)
  const { records } = readSnapshot(kafkas)
  expect(asTexts(initialRecords())).toEqual(asTexts(records))
  expect(initialRecords().map((each) => encodeRecord(each).toString('hex'))).toEqual(
    records.map((each) => encodeRecord(each).toString('hex')),
  )
  const ours = snapshotBytes(records, { lastContained: 0n, now, epoch: 0 })
  expect([...readBatches(ours)].map(({ records: each, control }) => [each, control])).toEqual(
    batches.map(({ records: each, control }) => [each, control]),
  )
})

test('an image is what its snapshot says', () => {
  const { image } = replayed('clean')
  const again: MetadataImage = emptyImage()
  for (const each of snapshotRecords(image)) applyRecord(again, each)
  const { offset, epoch, producerIdsOwner: _, ...rest } = image
  expect(again).toMatchObject(rest)
  expect(asTexts(snapshotRecords(again))).toEqual(asTexts(snapshotRecords(image)))
})
