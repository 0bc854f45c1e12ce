/** What the command line says about levels, and what is known of them without a cluster. */
import {
  features,
  freshLevel,
  type MetadataVersion,
  metadataVersion,
  metadataVersionMax,
  metadataVersionOf,
  metadataVersions,
} from '../../protocol/features.ts'
import type { Options } from '../options/options.ts'
import { ToolFailure } from '../tell.ts'

export function terse(message: string): ToolFailure {
  return new ToolFailure(message, { stderr: `${message}\n` })
}

export type Levels = Map<string, number>

/** Of `upgrade` and `downgrade`; `verb` for the message where nothing was said. */
export function wantedLevels(options: Options, verb: string, warn: (text: string) => void): Levels {
  const release = options.text('release-version')
  const named = options.text('metadata')
  if (release !== undefined) {
    if (named !== undefined || options.has('feature')) {
      throw terse('Can not specify `release-version` with other feature flags.')
    }
    // In the order of their names; to upgrade to level 0 is nothing that one could ask for.
    const all = [...levelsOf(versionNamed(release))].filter(
      ([, level]) => level > 0 || verb !== 'upgrade',
    )
    return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  const levels: Levels = new Map()
  if (named !== undefined) {
    warn(' `metadata` flag is deprecated and may be removed in a future release.\n')
    levels.set('metadata.version', versionNamed(named).level)
  }
  for (const text of options.all('feature')) {
    const { name, level } = parseLevel(text)
    if (levels.has(name)) throw terse(`Feature ${name} was specified more than once.`)
    levels.set(name, level)
  }
  if (levels.size === 0) throw terse(`You must specify at least one feature to ${verb}`)
  return new Map([...levels].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const shortMax = 32767

export function parseLevel(text: string): { name: string; level: number } {
  const equals = text.indexOf('=')
  const lead = `Can't parse feature=level string ${text}: `
  if (equals < 0) throw terse(`${lead}equals sign not found.`)
  const [name, level] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
  if (/^[+-]?\d+$/.test(level) && Math.abs(Number(level)) <= shortMax) {
    return { name, level: Number(level) }
  }
  throw terse(`${lead}unable to parse ${level} as a short.`)
}

export function versionNamed(text: string): MetadataVersion {
  const found = metadataVersionOf(text)
  if (found !== undefined) return found
  const known = metadataVersions.map(({ name }) => name).join(', ')
  throw terse(`Unknown metadata.version '${text}'. Supported metadata.version are: ${known}`)
}

/** What a cluster begins with that is formatted at this version. */
export function levelsOf({ level }: MetadataVersion): Levels {
  return new Map([
    ['metadata.version', level],
    ...features.map((each) => [each.name, freshLevel(each, level)] as const),
  ])
}

export const latestVersion = (): MetadataVersion => metadataVersion(metadataVersionMax)!

/** `metadata.version` has names, other levels are numbers. */
export function levelText(feature: string, level: number): string {
  if (feature !== 'metadata.version') return String(level)
  return metadataVersion(level)?.name ?? `UNKNOWN ${level}`
}

/** What a level needs of other features; throws for one that is not there. */
export function needsOf({ name, level }: { name: string; level: number }): [string, number][] {
  if (name === 'metadata.version') {
    if (metadataVersion(level) === undefined) throw terse(`Unknown metadata.version ${level}`)
    return []
  }
  const feature = features.find((each) => each.name === name)
  if (feature === undefined) throw terse(`Unknown feature: ${name}`)
  if (level < feature.minimum || level > feature.maximum) {
    throw terse(`No feature:${name} with feature level ${level}`)
  }
  return Object.entries(feature.needs?.[level] ?? {})
}
