/** Which markers a log takes: those of the newest coordinator, and with KIP-890 none that belongs to an earlier transaction. */
import { expect, test } from 'vitest'
import { ProducerState } from '../../../src/log/producers/producer-state.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'
import { assignOffsets } from '../../../src/protocol/batch/validate.ts'
import { endTxnRecord } from '../../../src/protocol/records/control-batch.ts'

const transactional = { producerId: 7n, transactional: true, baseTimestamp: 0n }

function data(producerEpoch: number): Uint8Array {
  const fields = { ...transactional, producerEpoch, baseSequence: 0 }
  return encodeBatch(fields, [{ key: null, value: Buffer.from('v') }])
}

const marker = (producerEpoch: number, coordinatorEpoch: number): Uint8Array =>
  encodeBatch({ ...transactional, producerEpoch, control: true }, [
    endTxnRecord('COMMIT', coordinatorEpoch),
  ])

function stateAfter(...batches: Uint8Array[]): ProducerState {
  const state = new ProducerState()
  for (const [index, batch] of batches.entries()) {
    assignOffsets(batch, { baseOffset: BigInt(index), leaderEpoch: 0 })
    state.apply(batch, 0)
  }
  return state
}

const ended = [data(0), marker(1, 5)]
const open = [...ended, data(1)]

test.each([
  { log: open, at: [2, 5, 2], error: null, why: 'the end of the open transaction' },
  { log: open, at: [1, 5, 2], error: 'INVALID_PRODUCER_EPOCH', why: 'the end of the one before' },
  { log: open, at: [0, 5, 2], error: 'INVALID_PRODUCER_EPOCH', why: 'of one long before' },
  { log: open, at: [1, 5, 0], error: null, why: 'a client whose epoch stays' },
  { log: ended, at: [1, 5, 2], error: null, why: 'once more, where nothing is open' },
  { log: open, at: [2, 4, 2], error: 'TRANSACTION_COORDINATOR_FENCED', why: 'an old coordinator' },
  { log: [], at: [9, 0, 2], error: null, why: 'of a producer that is not known' },
])('a marker: $why', ({ log, at, error }) => {
  const [epoch, coordinatorEpoch, transactionVersion] = at as [number, number, number]
  const place = { topicPartition: 't-0', offset: 3n, origin: 'coordinator' as const }
  const batch = marker(epoch, coordinatorEpoch)
  const fault = stateAfter(...log).fault(batch, 0, { ...place, transactionVersion })
  expect(fault?.error ?? null).toBe(error)
})
