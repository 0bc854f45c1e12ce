import type { Address, Net, ServerSocket, Socket, SocketEvents } from '../../../src/host/net.ts'
import { addressText } from '../../../src/wire/address.ts'

/** Connections inside one process: bytes arrive in order, a turn later, and a broken connection loses what was under way. */
export class MemoryNet implements Net {
  readonly #listeners = new Map<string, (socket: Socket) => SocketEvents>()
  /** Addresses that take no connections now. */
  readonly unreachable = new Set<string>()
  /** Where connections begin but nobody answers. */
  readonly silent = new Set<string>()

  async connect(address: Address, events: SocketEvents): Promise<Socket> {
    await turn()
    const text = addressText(address)
    if (this.silent.has(text)) return new Promise(() => {})
    const accept = this.#listeners.get(text)
    if (accept === undefined || this.unreachable.has(text)) {
      throw Object.assign(new Error(`connect ECONNREFUSED ${text}`), { code: 'ECONNREFUSED' })
    }
    const [near, far] = pair()
    near.events = events
    far.events = accept(far)
    return near
  }

  async listen(address: Address, accept: (socket: Socket) => SocketEvents): Promise<ServerSocket> {
    const text = addressText(address)
    this.#listeners.set(text, accept)
    return {
      address,
      close: async () => {
        this.#listeners.delete(text)
      },
    }
  }
}

class End implements Socket {
  readonly remoteHost = '127.0.0.1'
  events: SocketEvents | null = null
  peer: End | null = null
  isClosed = false

  write(pieces: readonly Uint8Array[]): boolean {
    const bytes = Buffer.concat(pieces)
    const { peer } = this
    turn().then(() => {
      if (!this.isClosed && peer !== null && !peer.isClosed) peer.events?.data(bytes)
    })
    return true
  }

  pause(): void {}
  resume(): void {}

  end(): void {
    this.destroy()
  }

  destroy(): void {
    for (const each of [this, this.peer]) {
      if (each === null || each.isClosed) continue
      each.isClosed = true
      turn().then(() => each.events?.close())
    }
  }
}

function pair(): [End, End] {
  const near = new End()
  const far = new End()
  near.peer = far
  far.peer = near
  return [near, far]
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
