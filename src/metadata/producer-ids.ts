/** Blocks of producer ids, each given once (KIP-730). */
import type { allocateProducerIds } from '../protocol/apis/allocate-producer-ids.ts'
import type { RequestOf, SentResponseOf } from '../protocol/schema.ts'
import { checkEpoch } from './broker-registration.ts'
import { remember, type Turn } from './controller.ts'
import { attempt } from './faults.ts'

export const producerIdBlockSize = 1000

export function giveProducerIds(
  turn: Turn,
  { brokerId, brokerEpoch }: RequestOf<typeof allocateProducerIds>,
): SentResponseOf<typeof allocateProducerIds> {
  const { errorCode } = attempt(() => checkEpoch(turn, brokerId, brokerEpoch))
  if (errorCode !== 0) {
    return { throttleTimeMs: 0, errorCode, producerIdStart: 0n, producerIdLen: 0 }
  }
  const producerIdStart = turn.image.nextProducerId
  const nextProducerId = producerIdStart + BigInt(producerIdBlockSize)
  remember(turn, 'producerIds', 0, { brokerId, brokerEpoch, nextProducerId })
  return { throttleTimeMs: 0, errorCode: 0, producerIdStart, producerIdLen: producerIdBlockSize }
}
