import { expect, test } from 'vitest'
import { appendCopied } from '../../src/log/append-copied.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { append, contents, defaults, topicId, world } from './support.ts'

/** Two batches; the log begins in the middle of the first one. */
async function cut(): Promise<{ log: PartitionLog; copy: PartitionLog }> {
  const { logs } = await world()
  const log = logs.create('t', 0, topicId, defaults)
  append(log, { records: ['a=1', 'b=2', 'c=3'] })
  append(log, 'd=4')
  log.advanceHighWatermark(4n)
  log.advanceLogStartOffset(1n)
  return { log, copy: logs.create('u', 0, topicId, defaults) }
}

const read = (log: PartitionLog, from: bigint) =>
  log.read(from, { bytesMax: 4096, upTo: log.logEndOffset, atLeastOneBatch: true }).bytes

test('where a log begins in the middle of a batch, its copy begins with that batch, and then where the log does', async () => {
  const { log, copy } = await cut()
  copy.restartAt(log.logStartOffset)
  appendCopied(copy, read(log, copy.logEndOffset))
  copy.advanceHighWatermark(log.highWatermark)
  copy.advanceLogStartOffset(log.logStartOffset)
  expect(copy).toMatchObject({ logStartOffset: 1n, logEndOffset: 4n })
  expect(contents(copy, 0n)).toEqual(contents(log, 0n))
})

test('a copy that holds something takes no batch that overlaps it', async () => {
  const { log, copy } = await cut()
  append(copy, { records: ['a=1', 'b=2'] })
  expect(() => appendCopied(copy, read(log, 1n))).toThrow(KafkaError)
  expect(copy.logEndOffset).toBe(2n)
})
