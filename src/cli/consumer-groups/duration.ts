import { UsageError } from '../options/checks.ts'

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `500ms`, `30s`, `5m`, `2h`, `7d`; the option is named in what is said where it is none of them. */
export function durationMs(text: string, option: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  if (number === undefined) {
    throw new UsageError(`--${option} takes a duration like 500ms, 30s, 5m or 2h, not "${text}"`, {
      withHelp: false,
    })
  }
  return Number(number) * units[unit as keyof typeof units]
}

/** Two units at most, for people: `850ms`, `12s`, `3m 20s`, `2d 4h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  const names = ['d', 'h', 'm', 's'] as const
  const sizes = names.map((name) => units[name])
  let left = Math.round(ms / 1000) * 1000
  const at = sizes.findIndex((size) => left >= size)
  const parts = names.slice(at, at + 2).map((name, i) => {
    const size = sizes[at + i]!
    const count = Math.floor(left / size)
    left -= count * size
    return [name, count] as const
  })
  return parts.flatMap(([name, count]) => (count === 0 ? [] : [`${count}${name}`])).join(' ')
}
