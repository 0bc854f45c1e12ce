import { expect, test } from 'vitest'
import { reasonOf } from '../../../src/cli/output/reasons.ts'

const system = (message: string, fields: object) => Object.assign(new Error(message), fields)

test.each([
  {
    error: system('connect', { code: 'ECONNREFUSED', address: '127.0.0.1', port: 9092 }),
    reason: 'nothing listens on 127.0.0.1:9092: is the broker running, and is it the right port?',
  },
  {
    error: system('read', { code: 'ECONNRESET' }),
    reason: 'the other side hung up: does it speak Kafka, and without TLS?',
  },
  {
    // What Node's TLS tells has no address, only what was asked for.
    error: system(
      'Client network socket disconnected before secure TLS connection was established',
      {
        code: 'ECONNRESET',
        host: 'broker',
        port: 9092,
      },
    ),
    reason: 'broker:9092 hung up when TLS was to begin: does it speak TLS?',
  },
  { error: new Error('something else'), reason: null },
])('$error.message: $reason', ({ error, reason }) => {
  expect(reasonOf(error)).toBe(reason)
  expect(reasonOf(new Error('around it', { cause: error }))).toBe(reason)
})
