import { expect, test } from 'vitest'
import { clientMetricsText } from '../../../src/cli/output/client-metrics.ts'

// The lines are those of Apache Kafka 4.3.1's consumer-perf-test, without the metrics between them.
test('metrics stand in two columns, sorted by their whole names', () => {
  const consumed = { group: 'consumer-fetch-manager-metrics', name: 'records-consumed-total' }
  const metrics = [
    { ...consumed, value: 43 },
    { ...consumed, topic: 'tz', value: 43 },
    { group: 'consumer-coordinator-metrics', name: 'commit-total', value: 0 },
  ]
  expect(clientMetricsText('perf-consumer-client', metrics)).toBe(`
Metric Name                                                                                        Value
consumer-coordinator-metrics:commit-total:{client-id=perf-consumer-client}                       : 0.000
consumer-fetch-manager-metrics:records-consumed-total:{client-id=perf-consumer-client, topic=tz} : 43.000
consumer-fetch-manager-metrics:records-consumed-total:{client-id=perf-consumer-client}           : 43.000
`)
})
