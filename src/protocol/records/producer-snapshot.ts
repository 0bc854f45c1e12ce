/** The .snapshot file of a partition: the state of its producers (KIP-98). */
import { array, int16, int32, int64, message, never, struct, uint32 } from '../schema.ts'

export const producerSnapshot = message({
  name: 'ProducerSnapshot',
  versions: [1, 1],
  flexible: never,
  fields: {
    crc: uint32,
    producerEntries: array(
      struct({
        producerId: int64,
        epoch: int16,
        lastSequence: int32,
        lastOffset: int64,
        offsetDelta: int32,
        timestamp: int64,
        coordinatorEpoch: int32,
        currentTxnFirstOffset: int64,
      }),
    ),
  },
})
