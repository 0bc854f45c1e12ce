import { int, list, table } from '../configs.ts'
import { distinct } from './validators.ts'

/** What a subscription to the metrics of clients may be given (KIP-714). */
export const clientMetricsConfigs = table({
  'interval.ms': int(300_000),
  match: list([], distinct),
  metrics: list([], distinct),
})
