import type { Options } from '../../options/options.ts'
import { lagModes } from '../checks.ts'

/** Kafka's own report is for those who ask for nothing of ours. */
export function asksForLag(options: Options): boolean {
  return lagModes.some((mode) => options.has(mode)) || options.text('output') === 'prometheus'
}
