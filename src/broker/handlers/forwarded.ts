/** Handlers of what the active controller decides: clients' requests go there from wherever they come, brokers' come there. */
import { code, KafkaError } from '../../protocol/errors.ts'
import type { Api, RequestOf, ResponseOf, SentResponseOf, Shape } from '../../protocol/schema.ts'
import { type Handler, handler } from '../handler.ts'

/** Decided wherever the active controller is (KIP-590). */
export function forwarded<Req extends Shape, Res extends Shape>(api: Api<Req, Res>): Handler {
  return handler(api, (broker, request) =>
    broker.quorum.forward(api, request as RequestOf<Api<Req, Res>>).then(sent<Api<Req, Res>>),
  )
}

/** Decided here or not at all: whoever asks looks for the active controller by itself. */
export function decided<Req extends Shape, Res extends Shape>(
  api: Api<Req, Res>,
  refused: SentResponseOf<Api<Req, Res>>,
): Handler {
  return handler(api, async (broker, request) => {
    try {
      return sent<Api<Req, Res>>(
        await broker.quorum.submit(api, request as RequestOf<Api<Req, Res>>),
      )
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      return { ...refused, errorCode: code(error.error) }
    }
  })
}

// What was read may be written again: the same fields, all there.
const sent = <A>(response: ResponseOf<A>) => response as unknown as SentResponseOf<A>
