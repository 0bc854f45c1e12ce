/**
 * The way to the active controller when that is another node (KIP-590): what clients ask goes in an Envelope, what brokers
 * say of themselves goes as it is.
 */

import type { Clock } from '../../host/clock.ts'
import { envelope } from '../../protocol/apis/envelope.ts'
import {
  decodeFrom,
  encodeInto,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../protocol/codec.ts'
import { code, errorName, KafkaError } from '../../protocol/errors.ts'
import { requestHeader, responseHeader } from '../../protocol/headers.ts'
import { Reader } from '../../protocol/reader.ts'
import { encodePrincipal } from '../../protocol/records/member-bytes.ts'
import type { AnyApi, RequestOf, ResponseOf } from '../../protocol/schema.ts'
import { Writer } from '../../protocol/writer.ts'
import type { Changes } from './changes.ts'
import type { Peers } from './doors.ts'

/** Another node may be the active controller a moment later. */
const worthRetrying: ReadonlySet<string> = new Set([
  'NOT_CONTROLLER',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
])

const retryMs = 50

export interface Forwarding<A extends AnyApi> {
  readonly nodeId: number
  readonly clock: Clock
  readonly peers: Peers
  readonly changes: Changes
  /** Who leads now; −1: nobody. */
  readonly to: () => number
  /** Null while this node does not decide. */
  readonly submit: () => Promise<ResponseOf<A>> | null
}

/** Has it decided by the active controller, wherever that is; waits for one for a while. */
export async function forwarded<A extends AnyApi>(
  { nodeId, clock, peers, changes, to, submit }: Forwarding<A>,
  { api, request, timeoutMs }: { api: A; request: RequestOf<A>; timeoutMs: number },
): Promise<ResponseOf<A>> {
  const until = clock.monotonic() + timeoutMs
  for (;;) {
    const left = until - clock.monotonic()
    const leader = to()
    try {
      const own = submit()
      if (own !== null) return await own
      if (leader >= 0 && leader !== nodeId) {
        return await callController(peers, { to: leader, api, request, timeoutMs: left })
      }
    } catch (error) {
      if (!(error instanceof KafkaError) || !worthRetrying.has(error.error)) throw error
    }
    if (left <= 0) {
      throw new KafkaError('REQUEST_TIMED_OUT', 'the metadata quorum has no leader that answers')
    }
    await changes.next(Math.min(left, retryMs))
  }
}

/** Who asks, as an Apache Kafka controller wants to read it: it refuses an envelope of nobody. */
const anonymous = encodePrincipal({ type: 'User', name: 'ANONYMOUS', tokenAuthenticated: false })

export interface RemoteCall<A extends AnyApi> {
  readonly to: number
  readonly api: A
  readonly request: RequestOf<A>
  readonly timeoutMs: number
}

/** Throws NOT_CONTROLLER when the node that was asked is not the active controller. */
export async function callController<A extends AnyApi>(
  peers: Peers,
  { to, api, request, timeoutMs }: RemoteCall<A>,
): Promise<ResponseOf<A>> {
  if (!api.listeners.includes('broker')) {
    const response = await peers.call(to, api, request, { timeoutMs })
    const { errorCode } = response as { errorCode?: number }
    if (errorCode === code('NOT_CONTROLLER')) throw new KafkaError('NOT_CONTROLLER')
    return response
  }
  const version = api.stable
  const wrapped = {
    requestData: wrap(api, version, request),
    requestPrincipal: anonymous,
    clientHostAddress: new Uint8Array(4),
  }
  const answered = await peers.call(to, envelope, wrapped, { timeoutMs })
  if (answered.errorCode !== 0) throw new KafkaError(errorName(answered.errorCode))
  const reader = new Reader(answered.responseData ?? new Uint8Array(0))
  decodeFrom(reader, responseHeader, responseHeaderVersion(api, version))
  return decodeFrom(reader, api.response, version) as ResponseOf<A>
}

function wrap(api: AnyApi, version: number, request: unknown): Uint8Array {
  const writer = new Writer()
  const header = {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId: 0,
    clientId: '',
  }
  encodeInto(writer, requestHeader, requestHeaderVersion(api, version), header)
  encodeInto(writer, api.request, version, request as never)
  return writer.toBuffer()
}

/** What an Envelope holds: which API in which version, and a reader that stands before the request's body. */
export function unwrap(
  requestData: Uint8Array,
  apis: ReadonlyMap<number, AnyApi>,
): { api: AnyApi; version: number; request: unknown; correlationId: number } {
  const reader = new Reader(requestData)
  const key = reader.int16()
  const version = reader.int16()
  const api = apis.get(key)
  if (api === undefined || version < api.versions[0] || version > api.versions[1]) {
    throw new KafkaError('UNSUPPORTED_VERSION', `API ${key} version ${version} in an envelope`)
  }
  reader.position = 0
  const { correlationId } = decodeFrom(reader, requestHeader, requestHeaderVersion(api, version))
  const request = decodeFrom(reader, api.request, version)
  return { api, version, request, correlationId }
}

export function wrapResponse(
  api: AnyApi,
  version: number,
  correlationId: number,
  response: unknown,
): Uint8Array {
  const writer = new Writer()
  encodeInto(writer, responseHeader, responseHeaderVersion(api, version), { correlationId })
  encodeInto(writer, api.response, version, response as never)
  return writer.toBuffer()
}
