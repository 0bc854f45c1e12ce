/** What the log of the active controller says of brokers that come and go. */
import { expect, test } from 'vitest'
import { silentLogger } from '../../src/broker/logger.ts'
import { tellChanges } from '../../src/broker/quorum/tell-changes.ts'
import { type MetadataRecord, record } from '../../src/metadata/records.ts'

function told(...records: MetadataRecord[]) {
  const lines: [string, object][] = []
  const info = (fields: object, message: string) => void lines.push([message, fields])
  tellChanges([{ kind: 'persist', records }], { ...silentLogger, info })
  return lines
}

const broker = (change: { fenced?: number; inControlledShutdown?: number }) =>
  record('brokerRegistrationChange', 1, { brokerId: 2, brokerEpoch: 7n, ...change })
const partition = (partitionId: number, change: { isr?: number[]; leader?: number }) =>
  record('partitionChange', 0, { partitionId, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', ...change })

test.each([
  { change: { fenced: 1 }, what: 'a broker is fenced' },
  { change: { fenced: -1 }, what: 'a broker takes part' },
  { change: { inControlledShutdown: 1 }, what: 'a broker is about to stop' },
])('$what', ({ change, what }) => {
  const counts = { newLeaders: 0, leaderless: 0, inSyncSets: 0 }
  expect(told(broker(change))).toEqual([[what, { brokerId: 2, ...counts }]])
})

test('what follows for partitions is counted', () => {
  const lines = told(
    broker({ fenced: 1 }),
    partition(0, { isr: [1, 3] }),
    partition(1, { isr: [1], leader: 1 }),
    partition(2, { leader: -1 }),
  )
  const counts = { newLeaders: 1, leaderless: 1, inSyncSets: 2 }
  expect(lines).toEqual([['a broker is fenced', { brokerId: 2, ...counts }]])
})

test('nothing is said of what is no news of brokers', () => {
  expect(told(partition(0, { isr: [1, 3] }), broker({}))).toEqual([])
})
