import type { AnyApi, Api, RequestOf, SentResponseOf, Shape } from '../protocol/schema.ts'
import type { Broker } from './broker.ts'
import type { LentBuffers } from './lent-buffers.ts'

/** Who asks, and how. */
export interface Call {
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  /** `127.0.0.1`; what group members are shown with (Kafka puts a slash before it). */
  readonly clientHost: string
  /** The listener on which the request came: its endpoints are those that the answer leads to. */
  readonly listener: string
  /** What this listener answers, by API key. */
  readonly served: ReadonlyMap<number, Handler>
  /**
   * Aborted when nobody should wait any longer: the connection is gone, its client sends no more, or the broker stops. Who
   * waits for more answers with what there is.
   */
  readonly gone: AbortSignal
  /** For what is read and goes into the answer as it is; absent where nobody would tell when it has left. */
  readonly buffers?: LentBuffers
}

/** Null means that no answer is sent: Produce with acks=0. */
export interface Handler {
  readonly api: AnyApi
  // biome-ignore lint/suspicious/noExplicitAny: the registry holds handlers of every API
  handle(broker: Broker, request: any, call: Call): Promise<any> | any
}

/** Request → event, outcome → response, and nothing more (house, rule 3). */
export function handler<Req extends Shape, Res extends Shape>(
  api: Api<Req, Res>,
  handle: (
    broker: Broker,
    request: RequestOf<Api<Req, Res>>,
    call: Call,
  ) => Promise<SentResponseOf<Api<Req, Res>> | null> | SentResponseOf<Api<Req, Res>> | null,
): Handler {
  return { api, handle }
}
