import type { Cancel } from '../host/clock.ts'
import type { DirectoryHost } from './log-directory.ts'

/** Files and folders that were renamed out of use and are removed after a while. What is still there at a stop, the next start removes. */
export class Trash {
  readonly #host: DirectoryHost
  readonly #waiting = new Set<Cancel>()
  readonly #removing = new Set<Promise<void>>()

  constructor(host: DirectoryHost) {
    this.#host = host
  }

  throwAway(paths: readonly string[], delayMs: number): void {
    const cancel = this.#host.clock.schedule(delayMs, () => {
      this.#waiting.delete(cancel)
      for (const path of paths) this.#remove(path)
    })
    this.#waiting.add(cancel)
  }

  async close(): Promise<void> {
    for (const cancel of this.#waiting) cancel()
    this.#waiting.clear()
    await Promise.all(this.#removing)
  }

  #remove(path: string): void {
    const { disk, logger } = this.#host
    const removal = disk
      .removeTreeLater(path)
      .catch((error) => logger.warn({ path, error }, 'cannot remove what is out of use'))
      .finally(() => this.#removing.delete(removal))
    this.#removing.add(removal)
  }
}
