import type { Address, Net, ServerSocket, Socket } from '../../../src/host/net.ts'
import { apiByKey } from '../../../src/protocol/apis/index.ts'
import {
  decodeFrom,
  encodeInto,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../../src/protocol/codec.ts'
import { requestHeader, responseHeader } from '../../../src/protocol/headers.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import type { AnyApi, RequestOf, SentResponseOf } from '../../../src/protocol/schema.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import { FrameReader, framePrefix } from '../../../src/wire/frames.ts'

export type Call = {
  readonly version: number
  readonly clientId: string | null
  readonly correlationId: number
  /** Ends the connection, now. */
  drop(): void
  /** Sends these bytes as they are. */
  sendRaw(bytes: Uint8Array): void
}

/** Null: never answered. */
// biome-ignore lint/suspicious/noExplicitAny: a script answers requests of any shape
export type Script = (request: any, call: Call) => Promise<unknown> | unknown

/** A broker that answers as a test tells it, in the order of the requests. */
export class ScriptedBroker {
  readonly #scripts = new Map<number, Script>()
  readonly #sockets = new Set<Socket>()
  #server: ServerSocket | null = null
  /** The name of every API that was asked for, in order. */
  readonly asked: string[] = []
  /** Requests that have come and are not answered. */
  underWay = 0

  async listen(net: Net, address: Address): Promise<void> {
    this.#server = await net.listen(address, (socket) => this.#accept(socket))
  }

  on<A extends AnyApi>(
    api: A,
    script: (
      request: RequestOf<A>,
      call: Call,
    ) => Promise<SentResponseOf<A> | null> | SentResponseOf<A> | null,
  ): this {
    this.#scripts.set(api.key, script as Script)
    return this
  }

  scriptOf(api: AnyApi): Script | undefined {
    return this.#scripts.get(api.key)
  }

  /** Ends all connections; new ones are still taken. */
  dropAll(): void {
    for (const socket of [...this.#sockets]) socket.destroy()
  }

  async close(): Promise<void> {
    this.dropAll()
    await this.#server?.close()
  }

  #accept(socket: Socket) {
    this.#sockets.add(socket)
    const frames = new FrameReader(1 << 30)
    let before: Promise<void> = Promise.resolve()
    return {
      data: (chunk: Uint8Array) =>
        frames.push(chunk, (frame) => {
          this.underWay++
          before = before
            .then(() => this.#answer(socket, Buffer.from(frame)))
            .finally(() => this.underWay--)
        }),
      drain: () => {},
      close: () => {
        this.#sockets.delete(socket)
      },
    }
  }

  async #answer(socket: Socket, frame: Uint8Array): Promise<void> {
    const api = apiByKey.get(new Reader(frame).int16())!
    const version = new Reader(frame, 2).int16()
    const reader = new Reader(frame)
    const header = decodeFrom(reader, requestHeader, requestHeaderVersion(api, version))
    const { correlationId, clientId } = header
    this.asked.push(api.name)
    const script = this.#scripts.get(api.key)
    if (script === undefined) throw new Error(`no script for ${api.name}`)
    const isKnown = version >= api.versions[0] && version <= api.versions[1]
    const request = isKnown ? decodeFrom(reader, api.request, version) : null
    const answer = await script(request, {
      version,
      clientId,
      correlationId,
      drop: () => socket.destroy(),
      sendRaw: (bytes) => void socket.write([framePrefix(bytes.length), bytes]),
    })
    if (answer === null) return
    const writer = new Writer()
    encodeInto(writer, responseHeader, responseHeaderVersion(api, version), { correlationId })
    encodeInto(writer, api.response, version, answer as never)
    const { size } = writer
    socket.write([framePrefix(size), ...writer.finish()])
  }
}
