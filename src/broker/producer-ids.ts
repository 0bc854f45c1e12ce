import { allocateProducerIds } from '../protocol/apis/allocate-producer-ids.ts'
import { errorName, KafkaError } from '../protocol/errors.ts'
import type { MetadataQuorum } from './quorum.ts'

export interface ProducerIdBlock {
  readonly start: bigint
  readonly size: number
}

/**
 * Hands out producer ids from blocks that the controller gives to this broker (KIP-730). A block that was begun is never
 * begun again: after a restart the rest of it is lost, so no id is ever given twice.
 */
export class ProducerIds {
  readonly #allocate: () => Promise<ProducerIdBlock>
  #next = 0n
  #end = 0n
  #coming: Promise<void> | null = null

  /** `allocate` rejects with a KafkaError when the controller cannot be reached. */
  constructor(allocate: () => Promise<ProducerIdBlock>) {
    this.#allocate = allocate
  }

  /** @throws {KafkaError} when no block can be had. */
  async next(): Promise<bigint> {
    while (this.#next >= this.#end) {
      this.#coming ??= this.#refill()
      await this.#coming
    }
    return this.#next++
  }

  async #refill(): Promise<void> {
    try {
      const block = await this.#allocate()
      this.#next = block.start
      this.#end = block.start + BigInt(block.size)
    } finally {
      this.#coming = null
    }
  }
}

/** A block of ids that nobody else gets, from the active controller. */
export async function producerIdBlock(
  quorum: Pick<MetadataQuorum, 'forward' | 'brokerEpoch'>,
  brokerId: number,
): Promise<ProducerIdBlock> {
  const asked = { brokerId, brokerEpoch: quorum.brokerEpoch }
  const { errorCode, ...block } = await quorum.forward(allocateProducerIds, asked)
  if (errorCode !== 0) throw new KafkaError(errorName(errorCode))
  return { start: block.producerIdStart, size: block.producerIdLen }
}
