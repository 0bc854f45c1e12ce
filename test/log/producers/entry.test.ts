import { expect, test } from 'vitest'
import { ProducerState } from '../../../src/log/producers/producer-state.ts'
import { encodeBatch } from '../../../src/protocol/batch/encode.ts'

/** Batches of one producer by their first sequence and their size; they stand one behind the other in the log. */
function batch(baseSequence: number, count = 1, producerEpoch = 0): Uint8Array {
  const records = Array.from({ length: count }, () => ({ key: null, value: Buffer.from('v') }))
  return encodeBatch({ producerId: 7n, producerEpoch, baseSequence }, records)
}

/** After a restart: of a producer that has sent sequences 20 to 24 last, at offsets 120 to 124. */
function restored(): ProducerState {
  const state = new ProducerState()
  const entry = { producerId: 7n, epoch: 0, lastSequence: 24, lastOffset: 124n, offsetDelta: 4 }
  const rest = { timestamp: 0n, coordinatorEpoch: -1, currentTxnFirstOffset: -1n }
  state.restore([{ ...entry, ...rest }], 125n)
  return state
}

test.each([
  {
    sent: batch(20, 5),
    known: { lastOffset: 124n, offsetDelta: 4 },
    why: 'the one that the snapshot has',
  },
  {
    sent: batch(18, 2),
    known: { lastOffset: 119n, isForgotten: true },
    why: 'one before it: sequences have no gaps',
  },
  { sent: batch(0, 1), known: { lastOffset: 119n, isForgotten: true }, why: 'one long before it' },
  { sent: batch(25, 1), known: null, why: 'the next one is new' },
  { sent: batch(18, 3), known: null, why: 'one that overlaps is none that was ever sent' },
  { sent: batch(18, 2, 1), known: null, why: 'another epoch counts anew' },
])('a batch that comes after a restart: $why', ({ sent, known }) => {
  const found = restored().duplicate(sent, 0)
  if (known === null) expect(found).toBeNull()
  else expect(found).toMatchObject(known)
})
