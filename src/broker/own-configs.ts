/** What a Jackdaw broker may be told beside Kafka's own configurations. */
import { boolean, readOnly, string, table } from '../protocol/configs.ts'

export const ownConfigs = table({
  /** Path of a unix socket that speaks the same protocol as the other listeners. */
  'jackdaw.socket': string(null, readOnly),
  /** Take the next free port where the one in `listeners` is taken. */
  'jackdaw.port.fallback': boolean(false, readOnly),
  /** The cluster id that a fresh directory gets; without it a random one. */
  'jackdaw.cluster.id': string(null, readOnly),
  /** File that tells others of this broker while it runs. */
  'jackdaw.card.file': string(null, readOnly),
  /** debug, info, warn or error. */
  'jackdaw.log.level': string('info', readOnly),
})

export type OwnConfig = keyof typeof ownConfigs
