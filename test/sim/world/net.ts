/**
 * The network between machines. Like TCP it keeps the order of bytes and loses none of a connection that lives; but it is slow
 * as it likes, stands still where a way is cut (in one direction or both), and connections break.
 */
import type { Address, Net, ServerSocket, Socket, SocketEvents } from '../../../src/host/net.ts'
import type { SeededRandom } from '../random.ts'
import type { Life, Machine } from './machine.ts'

interface Listener {
  readonly machine: Machine
  readonly life: Life
  readonly accept: (socket: Socket) => SocketEvents
}

const heldMs = 40

export class SimNet {
  readonly #random: SeededRandom
  readonly #listeners = new Map<string, Listener>()
  readonly #pairs = new Set<Pair>()
  /** `from to`: nothing passes. */
  readonly cuts = new Set<string>()
  /** Everything takes up to so much longer, now and then. */
  hiccupMs = 0

  constructor(random: SeededRandom) {
    this.#random = random
  }

  of(machine: Machine): Net {
    return {
      listen: async (address, accept) => this.#listen(machine, address, accept),
      connect: (address, events) => this.#connect(machine, address, events),
    }
  }

  isCut(from: Machine, to: Machine): boolean {
    return this.cuts.size > 0 && this.cuts.has(`${from.name} ${to.name}`)
  }

  latency(): number {
    const usual = 0.2 + this.#random.number() * 2
    return this.#random.chance(0.03) ? usual + this.#random.number() * this.hiccupMs : usual
  }

  /** Connections break, as if somebody had pulled a plug. */
  break(chance: number): void {
    for (const pair of [...this.#pairs]) if (this.#random.chance(chance)) pair.break()
  }

  /** A process has ended: the others hear of it, where the way is not cut. */
  ended(machine: Machine): void {
    for (const [key, listener] of this.#listeners) {
      if (listener.machine === machine) this.#listeners.delete(key)
    }
    for (const pair of [...this.#pairs]) pair.lost(machine)
  }

  #listen(
    machine: Machine,
    address: Address,
    accept: (socket: Socket) => SocketEvents,
  ): ServerSocket {
    const key = keyOf(address)
    this.#listeners.set(key, { machine, life: machine.life, accept })
    return {
      address,
      close: async () => void this.#listeners.delete(key),
    }
  }

  #connect(from: Machine, address: Address, events: SocketEvents): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const listener = this.#listeners.get(keyOf(address))
        const host = 'host' in address ? address.host : address.path
        const isUnreachable =
          this.cuts.has(`${from.name} ${host}`) || this.cuts.has(`${host} ${from.name}`)
        // The first packet is sent again until it arrives.
        if (isUnreachable) return void from.after(heldMs, attempt)
        if (listener === undefined) {
          const refused = Object.assign(new Error(`connect ECONNREFUSED ${keyOf(address)}`), {
            code: 'ECONNREFUSED',
          })
          return reject(refused)
        }
        const pair = new Pair(this, from, listener.machine, () => this.#pairs.delete(pair))
        this.#pairs.add(pair)
        pair.client.events = events
        // The backlog takes it, whether the process stands still or not.
        listener.machine.after(this.latency(), () => {
          if (pair.isOver) return
          pair.server.events = listener.accept(pair.server)
          pair.server.deliver()
        })
        resolve(pair.client)
      }
      from.after(this.latency(), attempt)
    })
  }
}

const keyOf = (address: Address): string =>
  'path' in address ? address.path : `${address.host}:${address.port}`

/** What is written may be written over as soon as it has been. */
function copyOf(pieces: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const piece of pieces) size += piece.length
  const copy = new Uint8Array(size)
  let position = 0
  for (const piece of pieces) {
    copy.set(piece, position)
    position += piece.length
  }
  return copy
}

/** The two ends of one connection. */
class Pair {
  readonly client: End
  readonly server: End
  readonly #forget: () => void
  isOver = false

  constructor(net: SimNet, from: Machine, to: Machine, forget: () => void) {
    this.client = new End(net, from, this)
    this.server = new End(net, to, this)
    this.client.other = this.server
    this.server.other = this.client
    this.#forget = forget
  }

  break(): void {
    this.over()
    for (const end of [this.client, this.server]) end.closedSoon(new Error('read ECONNRESET'))
  }

  lost(machine: Machine): void {
    for (const end of [this.client, this.server]) {
      if (end.machine === machine) end.hangUp()
    }
  }

  over(): void {
    this.isOver = true
    this.#forget()
  }
}

class End implements Socket {
  readonly remoteHost = '10.0.0.1'
  readonly machine: Machine
  readonly #net: SimNet
  readonly #pair: Pair
  events: SocketEvents | null = null
  other!: End
  /** On the way to this end. */
  readonly #arriving: (Uint8Array | 'end')[] = []
  #isUnderWay = false
  #isPaused = false
  #isClosed = false

  constructor(net: SimNet, machine: Machine, pair: Pair) {
    this.#net = net
    this.machine = machine
    this.#pair = pair
  }

  write(pieces: readonly Uint8Array[]): boolean {
    if (!this.#isClosed) this.other.#receive(copyOf(pieces))
    return true
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.deliver()
  }

  end(): void {
    this.hangUp()
  }

  destroy(): void {
    this.hangUp()
  }

  /** This side is gone; the other hears of it behind all that was sent. */
  hangUp(): void {
    if (this.#isClosed) return
    this.closedSoon()
    this.other.#receive('end')
  }

  closedSoon(cause?: Error): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#arriving.length = 0
    this.machine.after(0, () => this.events?.close(cause))
  }

  #receive(piece: Uint8Array | 'end'): void {
    if (this.#isClosed) return
    this.#arriving.push(piece)
    if (!this.#isUnderWay) this.#carry()
  }

  /** One thing after the other, so that the order is kept; where the way is cut it is tried again. */
  #carry(): void {
    this.#isUnderWay = true
    const isCut = this.#net.isCut(this.other.machine, this.machine)
    const delayMs = isCut ? heldMs : this.#net.latency()
    this.machine.after(delayMs, () => {
      if (this.#net.isCut(this.other.machine, this.machine)) return this.#carry()
      this.#isUnderWay = false
      this.deliver()
    })
  }

  deliver(): void {
    if (this.events === null || this.#isPaused || this.#isUnderWay || this.#isClosed) return
    for (const piece of this.#arriving.splice(0)) {
      if (piece === 'end') {
        this.#pair.over()
        return this.closedSoon()
      }
      this.events.data(piece)
    }
  }
}
