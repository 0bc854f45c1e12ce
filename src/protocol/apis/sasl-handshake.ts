import { api, array, int16, never, string } from '../schema.ts'

/** Picks a SASL mechanism. Never flexible (KIP-43). */
export const saslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexible: never,
  listeners: ['broker', 'controller'],
  request: {
    mechanism: string,
  },
  response: {
    errorCode: int16,
    mechanisms: array(string),
  },
})
