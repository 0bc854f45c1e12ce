/** How fast a broker's pools of threads may grow or shrink while it runs, in the words of Kafka's DynamicBrokerConfig and LogCleaner. */
import type { BrokerConfigs } from '../protocol/configs/effective.ts'

const pools = [
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
] as const

/** Kafka's objection to the change from `now` to `then`, or null. */
export function threadCountFault(now: BrokerConfigs, then: BrokerConfigs): string | null {
  for (const name of pools) {
    const [current, wanted] = [now.get(name), then.get(name)]
    const failed = `Dynamic thread count update validation failed for ${name}=${wanted}`
    if (wanted === current) continue
    if (wanted < Math.trunc(current / 2)) {
      return invalid(`${failed}, value should be at least half the current value ${current}`)
    }
    if (wanted > current * 2) {
      return invalid(
        `${failed}, value should not be greater than double the current value ${current}`,
      )
    }
  }
  const cleaners = then.get('log.cleaner.threads')
  if (
    then.get('log.cleaner.dedupe.buffer.size') / BigInt(Math.max(cleaners, 1)) <=
    dedupeBytesMin
  ) {
    return 'requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.'
  }
  return cleanerFault(now.get('log.cleaner.threads'), cleaners)
}

const dedupeBytesMin = 1024n * 1024n

function cleanerFault(current: number, wanted: number): string | null {
  if (wanted < 1) return invalid('Log cleaner threads should be at least 1')
  if (wanted < Math.trunc(current / 2)) {
    return invalid(
      `Log cleaner threads cannot be reduced to less than half the current value ${current}`,
    )
  }
  if (wanted > current * 2) {
    return invalid(
      `Log cleaner threads cannot be increased to more than double the current value ${current}`,
    )
  }
  return null
}

const invalid = (message: string): string =>
  `Invalid value org.apache.kafka.common.config.ConfigException: ${message} for configuration Invalid dynamic configuration`
