import { expect, test } from 'vitest'
import { Failures } from '../../../src/cli/console-producer/failures.ts'
import type { FailedRecord } from '../../../src/client/producer/settings.ts'
import { type ErrorName, KafkaError } from '../../../src/protocol/errors.ts'
import { scriptedMachine } from '../machine.ts'

const failed = (error: ErrorName, ...numbers: number[]): FailedRecord[] =>
  numbers.map((number) => ({
    number,
    keySize: -1,
    valueSize: 7,
    error: new KafkaError(error, 'the reason'),
    isBystander: false,
  }))

function taken(records: FailedRecord[], style: { isKafkas: boolean }) {
  const machine = scriptedMachine()
  const failures = new Failures(machine, { ...style, clientId: 'me' }, { isQuiet: false })
  const error = records[0]!.error
  failures.take({ topic: 't', partition: 0, ranges: [], count: 0, error, records: () => records })
  return { code: failures.exitCode, count: failures.count, text: machine.err() }
}

test('runs of lines are told in one sentence', () => {
  const { text, code, count } = taken(failed('MESSAGE_TOO_LARGE', 0, 1, 2, 7), { isKafkas: false })
  expect(text).toBe(
    'lines 1 to 3 were not delivered: the reason (RecordTooLarge)\n' +
      'line 8 was not delivered: the reason (RecordTooLarge)\n',
  )
  expect({ code, count }).toEqual({ code: 1, count: 4 })
})

test("a script sees Kafka's log events", () => {
  const { text } = taken(failed('MESSAGE_TOO_LARGE', 0), { isKafkas: true })
  expect(text).toMatch(
    /^\[.{23}\] ERROR Error when sending message to topic t with key: null, value: 7 bytes with error: \(org\.apache\.kafka\.clients\.producer\.internals\.ErrorLoggingCallback\)\norg\.apache\.kafka\.common\.errors\.RecordTooLargeException: the reason\n$/,
  )
})

test.each<{ error: ErrorName; code: number; why: string }>([
  { error: 'MESSAGE_TOO_LARGE', code: 0, why: "scripts know Kafka's 0" },
  { error: 'NOT_ENOUGH_REPLICAS', code: 0, why: 'for these' },
  { error: 'NETWORK_EXCEPTION', code: 1, why: 'records that are lost are a failure' },
  { error: 'TOPIC_AUTHORIZATION_FAILED', code: 1, why: 'and so is what was refused' },
])('$error ends with $code: $why', ({ error, code }) => {
  expect(taken(failed(error, 0), { isKafkas: true }).code).toBe(code)
})

test('of a topic that cannot be, Kafka’s client has logged before', () => {
  const records = failed('INVALID_TOPIC_EXCEPTION', 0).map((each) => ({
    ...each,
    error: new KafkaError('INVALID_TOPIC_EXCEPTION', 'Invalid topics: [a b]'),
  }))
  expect(taken(records, { isKafkas: true }).text).toContain(
    'ERROR [Producer clientId=me] Metadata response reported invalid topics [a b] (org.apache.kafka.clients.Metadata)\n',
  )
})
