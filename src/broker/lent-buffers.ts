/**
 * Room for what is read of a log, used again when the answer has left. Fresh buffers of megabytes, thousands in a second, would
 * keep the collector of garbage busier than the broker.
 *
 * Invariant: what was taken belongs to its taker alone until it is given back.
 */

/** Smaller ones cost little, and of these a socket tells when they have left: they are above what it buffers. */
const sizeMin = 256 * 1024
const sizeMax = 16 * 1024 * 1024
/** What lies here unused, at most, for all connections. */
const spareBytesMax = 32 * 1024 * 1024

const spare = new Map<number, Buffer[]>()
let spareBytes = 0

export class LentBuffers {
  #lent: Buffer[] = []

  take(size: number): Buffer {
    if (size < sizeMin || size > sizeMax) return Buffer.allocUnsafeSlow(size)
    const room = 2 ** Math.ceil(Math.log2(size))
    const used = spare.get(room)?.pop()
    if (used !== undefined) spareBytes -= room
    const buffer = used ?? Buffer.allocUnsafeSlow(room)
    this.#lent.push(buffer)
    return buffer.subarray(0, size)
  }

  /** Nobody looks at any of them any more. */
  giveBack(): void {
    for (const buffer of this.#lent) keep(buffer)
    this.#lent = []
  }

  /** Who knows who looks at them still. */
  forget(): void {
    this.#lent = []
  }
}

function keep(buffer: Buffer): void {
  if (spareBytes + buffer.length > spareBytesMax) return
  const same = spare.get(buffer.length)
  if (same === undefined) spare.set(buffer.length, [buffer])
  else same.push(buffer)
  spareBytes += buffer.length
}
