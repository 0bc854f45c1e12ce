import { int, list, parseConfig, table } from '../configs.ts'
import type { ErrorName } from '../errors.ts'
import { own, type Properties } from './effective.ts'
import { distinct } from './validators.ts'

/** What a subscription to the metrics of clients may be given (KIP-714). */
export const clientMetricsConfigs = table({
  'interval.ms': int(300_000),
  match: list([], distinct),
  metrics: list([], distinct),
})

const intervalMs = { min: 100, max: 3_600_000 } as const
/** By what a subscription may choose clients. */
const matchable = [
  ...['client_instance_id', 'client_id', 'client_software_name', 'client_software_version'],
  ...['client_source_address', 'client_source_port'],
]

/** Kafka's objection to a subscription, or null. */
export function clientMetricsFault(
  given: Properties,
): { error: ErrorName; message: string } | null {
  for (const [name, text] of given) {
    const config = own(clientMetricsConfigs, name)
    if (config === undefined) {
      return {
        error: 'INVALID_REQUEST',
        message: `Unknown client metrics configuration: ${name}`,
      }
    }
    const parsed = parseConfig(config, text)
    if (!parsed.ok) return { error: 'INVALID_CONFIG', message: parsed.message }
    if (name === 'interval.ms') {
      const value = Number(parsed.value)
      if (value < intervalMs.min || value > intervalMs.max) {
        const message = `Invalid value ${text} for interval.ms, interval must be between 100 and 3600000 (1 hour)`
        return { error: 'INVALID_REQUEST', message }
      }
    }
    if (name === 'match') {
      const bad = (parsed.value as string[]).find((pattern) => !isPattern(pattern))
      if (bad !== undefined) {
        return { error: 'INVALID_CONFIG', message: `Illegal client matching pattern: ${bad}` }
      }
    }
  }
  return null
}

/** `client_id=.*`; an expression is judged where it is used. */
function isPattern(text: string): boolean {
  const parts = text.split('=')
  return parts.length === 2 && matchable.includes(parts[0]!.trim())
}
