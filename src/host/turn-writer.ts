/**
 * What a server writes to several sockets in one turn of the event loop leaves together, at the end of the turn. To wake who waits
 * at the other end costs more than all the rest of a small answer, and a client of many connections is then woken once for all of
 * them. A socket that nobody wrote beside since its last answer gets the next one at once: nothing would come along.
 */
import type net from 'node:net'

/** So long what was written may be held back by work for others. */
const heldMsMax = 1

let held: TurnWriter[] = []
let heldSince = 0
let isTurnEndAwaited = false
let last: TurnWriter | null = null

export class TurnWriter {
  readonly #socket: net.Socket
  #isHeld = false

  constructor(socket: net.Socket) {
    this.#socket = socket
  }

  /** Answers as `write` of the socket does: false asks to wait for `drain`. */
  write(pieces: readonly Uint8Array[]): boolean {
    if (last === this && !this.#isHeld) return writeNow(this.#socket, pieces)
    last = this
    if (!this.#isHeld) this.#hold()
    const room = writeAll(this.#socket, pieces)
    // Beside much, waking is cheap.
    if (!room) this.letGo()
    return room
  }

  letGo(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#socket.uncork()
  }

  #hold(): void {
    if (held.length === 0) heldSince = performance.now()
    else if (performance.now() - heldSince > heldMsMax) letAllGo()
    this.#isHeld = true
    this.#socket.cork()
    held.push(this)
    if (isTurnEndAwaited) return
    isTurnEndAwaited = true
    setImmediate(endTurn)
  }
}

/** All pieces in one call to the system. */
export function writeNow(socket: net.Socket, pieces: readonly Uint8Array[]): boolean {
  if (pieces.length === 1) return socket.write(pieces[0]!)
  socket.cork()
  const room = writeAll(socket, pieces)
  socket.uncork()
  return room
}

function writeAll(socket: net.Socket, pieces: readonly Uint8Array[]): boolean {
  let room = true
  for (const piece of pieces) room = socket.write(piece)
  return room
}

function endTurn(): void {
  isTurnEndAwaited = false
  letAllGo()
}

function letAllGo(): void {
  const writers = held
  held = []
  for (const writer of writers) writer.letGo()
}
