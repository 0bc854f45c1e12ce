/** What the tools that measure say to a script beside their figures, and how long they take. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSession, type Session } from './session.ts'

let session: Session
beforeAll(() => {
  session = newSession()
})
afterAll(() => session.end())

test('after the last record nobody waits, and the totals of Kafka’s metrics are told', {
  timeout: 60_000,
}, async () => {
  const { sh } = session
  // At this pace a second record would come after a minute.
  const producing = await sh(
    'producer-perf-test --topic measured --num-records 1 --record-size 10 --throughput 0.015 --print-metrics',
  )
  expect(producing.code).toBe(0)
  const [figures, blank, head, ...metrics] = producing.stdout.split('\n')
  expect(figures).toMatch(/^1 records sent, /)
  expect([blank, head]).toEqual(['', expect.stringMatching(/^Metric Name {3,}Value$/)])
  const ofTopic = '{client-id=perf-producer-client, topic=measured}'
  expect(metrics).toContain(`producer-topic-metrics:record-error-total:${ofTopic} : 0.000`)
  expect(metrics).toContain(`producer-topic-metrics:record-send-total:${ofTopic}  : 1.000`)

  const consuming = await sh(
    'consumer-perf-test --topic measured --num-records 1 --command-property client.id=me --print-metrics',
  )
  expect(consuming.stdout.split('\n')).toEqual(
    expect.arrayContaining([
      'consumer-fetch-manager-metrics:records-consumed-total:{client-id=me, topic=measured} : 1.000',
      'consumer-fetch-manager-metrics:records-consumed-total:{client-id=me}                 : 1.000',
    ]),
  )
})
