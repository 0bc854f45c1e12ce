import type { BatchRules } from '../../../src/protocol/batch/validate.ts'

/** The defaults of Kafka's topic configurations, for the partition that the vectors were made with. */
export function rulesFor(rules: Partial<BatchRules> = {}): BatchRules {
  return {
    topicPartition: 'facts-0',
    apiVersion: 13,
    now: 1700000060000,
    timestampType: 'CreateTime',
    timestampBeforeMaxMs: 2n ** 63n - 1n,
    timestampAfterMaxMs: 3_600_000n,
    messageBytesMax: 1048588,
    compacted: false,
    compression: 'producer',
    ...rules,
  }
}
