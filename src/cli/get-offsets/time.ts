import type { OffsetSpec } from '../../client/admin/offsets.ts'
import { JavaError } from '../java/errors.ts'
import { isJavaLong } from '../java/numbers.ts'
import { terse } from './filter.ts'

/** The places in the order of their numbers: −1 is the latest. */
const places = [
  'latest',
  'earliest',
  'max-timestamp',
  'earliest-local',
  'latest-tiered',
  'earliest-pending-upload',
] as const satisfies OffsetSpec[]

/** What --time means: the name of a place, its number, or a time. */
export function parseTime(text: string): OffsetSpec {
  const named = places.find((place) => place === text)
  if (named !== undefined) return named
  if (isJavaLong(text)) return places[-Number(text) - 1] ?? BigInt(text.replace('+', ''))
  const list = places.map((place, index) => `-${index + 1} or ${place}`).join(' / ')
  throw new JavaError(
    terse,
    `Malformed time argument ${text}. Please use ${list}, or a specified long format timestamp`,
  )
}
