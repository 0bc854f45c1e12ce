import { lineTerminators, literal, range } from './characters.ts'
import type { Flags } from './reader.ts'

/** One character, as it is or as a class of its cases. */
export function single(point: number, { ignoreCase }: Flags): string {
  const inside = range(point, point, ignoreCase)
  return inside === literal(point) ? inside : `[${inside}]`
}

const terminators = ({ unixLines }: Flags) => (unixLines ? '\\n' : lineTerminators)

export function dot(flags: Flags): string {
  return flags.dotAll ? '[^]' : `[^${terminators(flags)}]`
}

export function start(flags: Flags): string {
  if (!flags.multiline) return '(?<![^])'
  return `(?:(?<![^])|(?<=[${terminators(flags)}])(?=[^]))`
}

export function end(flags: Flags): string {
  const last = flags.unixLines ? '\\n' : `(?:\\r\\n|[${lineTerminators}])`
  if (!flags.multiline) return `(?=${last}?(?![^]))`
  return `(?=[${terminators(flags)}]|(?![^]))`
}
