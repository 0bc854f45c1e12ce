/** Deaths among the brokers: seen by any node, acted upon by the one that decides, which may be another one a moment later. */
import type { MetadataImage } from '../../metadata/image.ts'
import type { ControllerShell } from './controller-shell.ts'
import type { Peers } from './doors.ts'

export interface PeerWatchOptions {
  readonly nodeId: number
  readonly peers: Peers
  readonly image: MetadataImage
}

export class PeerWatch {
  readonly #options: PeerWatchOptions
  /** Brokers whose process has ended, and their epoch then: a later incarnation is somebody else. */
  readonly #gone = new Map<number, bigint>()

  constructor(options: PeerWatchOptions) {
    this.#options = options
  }

  noteGone(id: number): void {
    const epoch = this.#options.image.brokers.get(id)?.epoch
    if (epoch !== undefined) this.#gone.set(id, epoch)
  }

  /** For the node that decides: fences the dead, and keeps an eye on the others, who may never have been asked anything yet. */
  look(controller: ControllerShell | null): void {
    if (controller === null) return
    const { image, nodeId, peers } = this.#options
    for (const [id, epoch] of this.#gone) {
      if (image.brokers.get(id)?.epoch === epoch) controller.brokerGone(id)
    }
    this.#gone.clear()
    for (const id of image.brokers.keys()) if (id !== nodeId) peers.watch?.(id)
  }
}
