import fs from 'node:fs'
import net from 'node:net'
import tty from 'node:tty'

/** Standard output or standard error. */
export interface Output {
  readonly isTerminal: boolean
  /** A regular file, which nobody watches grow. */
  readonly isFile?: boolean
  /** Characters on a line of the terminal; 80 where there is none. */
  columns(): number
  /** Lines of the terminal; 24 where there is none. */
  rows(): number
  /** Waits until everything is handed over. Throws EPIPE when nobody reads any more. */
  write(text: string | Uint8Array): void
  /** The same without standing still: timers and sockets go on while the reader is slow. */
  writeLater(bytes: Uint8Array): Promise<void>
}

/**
 * Standard input. A chunk stays as it is until two more have come; after a pause there may come one more, which was being read. `end`
 * comes once, also when reading failed (`cause`).
 */
export interface Input {
  readonly isTerminal: boolean
  /** Of a regular file, where that is what is read from its beginning. */
  readonly sizeBytes?: number
  start(take: { chunk(bytes: Uint8Array): void; end(cause?: Error): void }): void
  pause(): void
  resume(): void
}

export const standardOutput = output(1)
export const standardError = output(2)

// process.stdout would make a pipe's writes either block the event loop or grow without bound; a plain descriptor with
// one write at a time does neither, and costs nothing to open.
function output(descriptor: number): Output {
  return {
    isTerminal: tty.isatty(descriptor),
    get isFile() {
      return isRegularFile(descriptor)
    },
    columns: () => terminalOf(descriptor)?.columns || 80,
    rows: () => terminalOf(descriptor)?.rows || 24,
    write(text) {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      for (let start = 0; start < bytes.length; ) {
        start += writeSome(descriptor, bytes, start)
      }
    },
    async writeLater(bytes) {
      for (let start = 0; start < bytes.length; ) {
        start += await writeSomeLater(descriptor, bytes, start)
      }
    },
  }
}

const retryAfterMs = 2
const sleeper = new Int32Array(new SharedArrayBuffer(4))

// A neighbour that shares the pipe may have made it non-blocking, and then a full one answers EAGAIN.
function writeSome(descriptor: number, bytes: Uint8Array, start: number): number {
  try {
    return fs.writeSync(descriptor, bytes, start)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    Atomics.wait(sleeper, 0, 0, retryAfterMs)
    return 0
  }
}

function writeSomeLater(descriptor: number, bytes: Uint8Array, start: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(descriptor, bytes, start, (error, written) => {
      if (error === null) resolve(written)
      else if (error.code === 'EAGAIN') setTimeout(() => resolve(0), retryAfterMs)
      else reject(error)
    })
  })
}

function terminalOf(descriptor: number) {
  if (!tty.isatty(descriptor)) return null
  return descriptor === 1 ? process.stdout : process.stderr
}

const fileChunkBytes = 1 << 19
// As much as a pipe holds, and how often it may be emptied before somebody looks at it.
const pipeBytes = 1 << 16
const pipeReadsMax = 4

export const standardInput: Input = inputOf(0)

function inputOf(descriptor: number): Input {
  const stat = statOf(descriptor)
  if (stat?.isFile()) return fileInput(descriptor)
  if (stat?.isFIFO() || stat?.isSocket()) return pipeInput(descriptor)
  return streamInput()
}

const isRegularFile = (descriptor: number) => statOf(descriptor)?.isFile() ?? false

function statOf(descriptor: number): fs.Stats | null {
  try {
    return fs.fstatSync(descriptor)
  } catch {
    return null
  }
}

/** Two buffers by turns. New ones for every chunk would cost the system's fresh pages each time, and then the collector. */
function byTurns(bytes: number): () => Buffer {
  let [next, other] = [Buffer.allocUnsafeSlow(bytes), Buffer.allocUnsafeSlow(bytes)]
  return () => {
    ;[next, other] = [other, next]
    return next
  }
}

/** A file is read in larger pieces than a stream would take, and never makes a read wait. */
function fileInput(descriptor: number): Input {
  let isPaused = false
  let isReading = false
  let read = () => {}
  const room = byTurns(fileChunkBytes)
  return {
    isTerminal: false,
    get sizeBytes() {
      return fs.fstatSync(descriptor).size
    },
    start({ chunk, end }) {
      read = () => {
        if (isPaused || isReading) return
        isReading = true
        const bytes = room()
        fs.read(descriptor, bytes, 0, fileChunkBytes, null, (error, size) => {
          isReading = false
          if (error !== null || size === 0) return end(error ?? undefined)
          // The next one comes while this one is taken.
          read()
          chunk(bytes.subarray(0, size))
        })
      }
      read()
    },
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
      read()
    },
  }
}

/** What a pipe gives at once is handed over together, for what is done for each chunk costs as much as reading it. */
function pipeInput(descriptor: number): Input {
  const buffers = byTurns(pipeBytes * pipeReadsMax)
  let buffer = buffers()
  // What was read and is not handed over yet.
  let [start, end] = [0, 0]
  let isToHandOver = false
  let socket: net.Socket
  return {
    isTerminal: false,
    start(take) {
      const handOver = () => {
        isToHandOver = false
        if (start === end) return
        const chunk = buffer.subarray(start, end)
        start = end
        take.chunk(chunk)
      }
      const onread: net.OnReadOpts = {
        // It is asked for as soon as the one before has been filled.
        buffer: () => buffer.subarray(end, end + pipeBytes),
        callback(size) {
          end += size
          const isFull = end + pipeBytes > buffer.length
          if (size < pipeBytes || isFull) handOver()
          else if (!isToHandOver) {
            // If there is more, it comes before that.
            isToHandOver = true
            setImmediate(handOver)
          }
          if (isFull) {
            buffer = buffers()
            start = 0
            end = 0
          }
          return true
        },
      }
      // The types know it only where a socket connects.
      const options = { fd: descriptor, readable: true, writable: false, onread }
      socket = new net.Socket(options)
      endOnce(socket, (cause) => {
        handOver()
        take.end(cause)
      })
      socket.resume()
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
}

function endOnce(stream: NodeJS.ReadableStream, end: (cause?: Error) => void): void {
  let ended = false
  const finish = (cause?: Error) => {
    if (ended) return
    ended = true
    end(cause)
  }
  stream.on('end', () => finish())
  stream.on('error', finish)
  stream.on('close', () => finish())
}

function streamInput(): Input {
  return {
    isTerminal: tty.isatty(0),
    start({ chunk, end }) {
      process.stdin.on('data', chunk)
      endOnce(process.stdin, end)
    },
    pause: () => void process.stdin.pause(),
    resume: () => void process.stdin.resume(),
  }
}
