const blockSize = 4096

type Block = { readonly times: Float64Array; readonly sizes: Float64Array; left: number }

/** When each record was handed over, and how large it was; what is taken out is forgotten, block by block. */
export class StartTimes {
  readonly #blocks = new Map<number, Block>()
  #count = 0

  add(at: number, size: number): void {
    const index = Math.floor(this.#count / blockSize)
    let block = this.#blocks.get(index)
    if (block === undefined) {
      block = {
        times: new Float64Array(blockSize),
        sizes: new Float64Array(blockSize),
        left: blockSize,
      }
      this.#blocks.set(index, block)
    }
    block.times[this.#count % blockSize] = at
    block.sizes[this.#count % blockSize] = size
    this.#count++
  }

  take(number: number): { at: number; size: number } {
    const index = Math.floor(number / blockSize)
    const block = this.#blocks.get(index)!
    if (--block.left === 0) this.#blocks.delete(index)
    return { at: block.times[number % blockSize]!, size: block.sizes[number % blockSize]! }
  }
}
