/** What stands before every request and response. The client id keeps its int16 length in version 2. */
import { inflexible, int16, int32, message, nullable, string } from './schema.ts'

export const requestHeader = message({
  name: 'RequestHeader',
  versions: [1, 2],
  flexible: 2,
  fields: {
    requestApiKey: int16,
    requestApiVersion: int16,
    correlationId: int32,
    clientId: nullable(inflexible(string)),
  },
})

export const responseHeader = message({
  name: 'ResponseHeader',
  versions: [0, 1],
  flexible: 1,
  fields: {
    correlationId: int32,
  },
})
