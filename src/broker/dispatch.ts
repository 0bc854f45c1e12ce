/** From a frame to the pieces of its answer: header, version, handler, encoding. What cannot be read is a `Refusal`. */
import { apiVersions } from '../protocol/apis/api-versions.ts'
import {
  decodeFrom,
  encodeInto,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../protocol/codec.ts'
import { requestHeader, responseHeader } from '../protocol/headers.ts'
import { Reader } from '../protocol/reader.ts'
import type { AnyApi } from '../protocol/schema.ts'
import { finishFrame, newFrame } from '../wire/frames.ts'
import type { Broker } from './broker.ts'
import type { Call, Handler } from './handler.ts'
import { unsupportedApiVersions } from './handlers/api-versions.ts'
import type { LentBuffers } from './lent-buffers.ts'
import { Refusal } from './refusal.ts'

export type Answer = readonly Uint8Array[] | null

export interface Origin {
  readonly clientHost: string
  readonly listener: string
  readonly served: ReadonlyMap<number, Handler>
  readonly gone: AbortSignal
  readonly buffers?: LentBuffers
}

const headerBytesMin = 8

export function dispatch(
  broker: Broker,
  frame: Uint8Array,
  origin: Origin,
): Answer | Promise<Answer> {
  const reader = new Reader(frame)
  if (reader.remaining < headerBytesMin) throw new Refusal(`a request of ${frame.length} bytes`)
  const key = reader.int16()
  const version = reader.int16()
  const correlationId = reader.int32()
  const found = origin.served.get(key)
  if (found === undefined) throw new Refusal(`API key ${key} is not served`)
  const { api } = found
  // A version that is not advertised is not served either, even where its fields are known (InitProducerId 6).
  if (version < api.versions[0] || version > api.stable) {
    if (api.key !== apiVersions.key) {
      throw new Refusal(`${api.name} version ${version} is not served`)
    }
    // KIP-511: an answer that every client can read, whatever it asked for.
    return pieces(api, 0, correlationId, unsupportedApiVersions(origin.served.values()))
  }
  const { clientId, request } = read(api, version, reader)
  const call: Call = { apiVersion: version, correlationId, clientId, ...origin }
  const answered = found.handle(broker, request, call)
  if (answered instanceof Promise) {
    return answered.then((response) => answer(api, version, correlationId, response))
  }
  return answer(api, version, correlationId, answered)
}

function read(
  api: AnyApi,
  version: number,
  reader: Reader,
): { clientId: string | null; request: unknown } {
  try {
    reader.position = 0
    const header = decodeFrom(reader, requestHeader, requestHeaderVersion(api, version))
    return { clientId: header.clientId, request: decodeFrom(reader, api.request, version) }
  } catch (cause) {
    throw new Refusal(
      `${api.name} version ${version} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function answer(api: AnyApi, version: number, correlationId: number, response: any): Answer {
  return response === null ? null : pieces(api, version, correlationId, response)
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function pieces(api: AnyApi, version: number, correlationId: number, response: any): Answer {
  const writer = newFrame()
  encodeInto(writer, responseHeader, responseHeaderVersion(api, version), { correlationId })
  encodeInto(writer, api.response, version, response)
  return finishFrame(writer)
}
