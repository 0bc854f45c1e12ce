import type { Output } from '../../host/stdio.ts'
import { OutputBuffer } from '../output/buffer.ts'

/** What is handed over at once; while it is on its way the next piece is being made. */
const pieceBytes = 128 * 1024

/** Formatted records on their way to standard output, one piece under way and one in the making. */
export class RecordWriter {
  readonly buffer = new OutputBuffer()
  readonly #output: Output
  #underWay: Promise<void> | null = null
  #failure: unknown = null

  constructor(output: Output) {
    this.#output = output
  }

  get isFull(): boolean {
    return this.buffer.length >= pieceBytes
  }

  /** Hands over what is there; resolves when what was under way before has been taken. Throws what writing threw. */
  async pass(): Promise<void> {
    await this.settled()
    if (this.buffer.length === 0) return
    this.#underWay = this.#output.writeLater(this.buffer.take()).catch((error) => {
      this.#failure = error
    })
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#underWay
    this.#underWay = null
    if (this.#failure !== null) throw this.#failure
  }
}
