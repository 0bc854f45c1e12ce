/** What Kafka's validators permit and what they say, word for word (ConfigDef and its users in Apache Kafka 4.3). */
import { type ConfigValue, invalidValue, type Validator } from '../configs.ts'

type Trait = { readonly validator: Validator }
/** A bound as Kafka prints it: 1.0 for a double stands as text, for JavaScript would print 1. */
type Bound = number | string

export function atLeast(lowest: Bound): Trait {
  return validator(`[${lowest},...]`, (name, value) => {
    if (value === null) return invalidValue(name, null, 'Value must be non-null')
    return Number(value) < Number(lowest)
      ? invalidValue(name, value, `Value must be at least ${lowest}`)
      : null
  })
}

export function between(lowest: Bound, highest: Bound): Trait {
  const lower = atLeast(lowest).validator
  return validator(`[${lowest},...,${highest}]`, (name, value) => {
    const fault = lower.fault(name, value)
    if (fault !== null) return fault
    return Number(value) > Number(highest)
      ? invalidValue(name, value, `Value must be no more than ${highest}`)
      : null
  })
}

export function oneOf(...values: string[]): Trait {
  return validator(`[${values.join(', ')}]`, (name, value) =>
    values.includes(value as string)
      ? null
      : invalidValue(name, value, `String must be one of: ${values.join(', ')}`),
  )
}

/** Kafka keeps these in a hash set, whose order its message shows: give the values in that order. */
export function oneOfAnyCase(...values: string[]): Trait {
  return validator(`(case insensitive) [${values.join(', ')}]`, (name, value) =>
    value !== null && values.includes(String(value).toUpperCase())
      ? null
      : invalidValue(name, value, `String must be one of (case insensitive): ${values.join(', ')}`),
  )
}

/** The modes of a share consumer, in any case, with a message of their own (KIP-932). */
export function shareMode(one: string, other: string): Trait {
  return validator(`[${one}, ${other}]`, (name, value) =>
    [one, other].includes(String(value).toLowerCase())
      ? null
      : invalidValue(
          name,
          value,
          `Invalid value \`${value}\` for configuration ${name}. The value must either be '${one}' or '${other}'.`,
        ),
  )
}

export const notNull: Trait = validator('non-null string', (name, value) =>
  value === null ? invalidValue(name, 'null', 'entry must be non null') : null,
)

export const notEmpty: Trait = validator('non-empty string', (name, value) =>
  value === '' ? invalidValue(name, value, 'String must be non-empty') : null,
)

/** A list of which every value counts once, and without empty values (KIP-1161). */
export const distinct: Trait = setOf('', [], true)

/** The same, and it may not be empty. */
export const someDistinct: Trait = setOf('', [], false)

export function listOf(...values: string[]): Trait {
  return setOf(`[${values.join(', ')}]`, values, true)
}

export function someOf(...values: string[]): Trait {
  return setOf(`[${values.join(', ')}]`, values, false)
}

export const gzipLevel: Trait = validator('[1,...,9] or -1', (name, value) => {
  const level = Number(value)
  return level > 9 || (level < 1 && level !== -1)
    ? invalidValue(name, value, 'Value must be between 1 and 9 or equal to -1')
    : null
})

const throttledFormat = '[partitionId]:[brokerId],[partitionId]:[brokerId],...'

/** Replicas under a replication quota: `*` or partition:broker pairs. */
export const throttledReplicas: Trait = validator(throttledFormat, (name, value) => {
  const replicas = (value as readonly string[]).map((each) => each.trim())
  if (replicas.length === 1 && replicas[0] === '*') return null
  if (replicas.every((each) => /^[0-9]+:[0-9]+$/.test(each))) return null
  return invalidValue(
    name,
    value,
    `${name} must be the literal '*' or a list of replicas in the following format: ${throttledFormat}`,
  )
})

export const offsetReset: Trait = offsetResetOf('latest', 'earliest', 'none')
export const shareOffsetReset: Trait = offsetResetOf('latest', 'earliest')

export const quorumVoters: Trait = validator('non-empty list', (_name, value) => {
  for (const entry of value as readonly string[]) {
    const [id, address, ...more] = entry.split('@')
    const form = 'Each entry should be in the form `{id}@{host}:{port}`.'
    if (address === undefined || more.length > 0) {
      return `Invalid configuration value: ${entry}. ${form}`
    }
    if (!/^\d+$/.test(id!)) return `Failed to parse voter ID as an integer from ${id}`
    if (!/^.+:\d+$/.test(address)) return `Failed to parse host name from entry ${entry}. ${form}`
  }
  return null
})

export const bootstrapServers: Trait = validator('non-empty list', (name, value) => {
  for (const entry of value as readonly string[]) {
    if (!/^.+:\d+$/.test(entry)) {
      return `Failed to parse host name from entry ${entry} for the configuration ${name}. Each entry should be in the form \`{host}:{port}\``
    }
  }
  return null
})

function offsetResetOf(...names: string[]): Trait {
  const text = `[${[...names, 'by_duration:PnDTnHnMn.nS'].join(', ')}]`
  const quoted = names.map((name) => (name === 'none' ? "'none'" : `'${name}'`))
  const either = ["'earliest'", "'latest'", ...quoted.slice(2)].join(', ')
  return validator(text, (name, value) => {
    if (names.includes(value as string) || isDuration(value as string)) return null
    return invalidValue(
      name,
      value,
      `Invalid value \`${value}\` for configuration ${name}. The value must be either ${either} or of the format 'by_duration:<PnDTnHnMn.nS.>'.`,
    )
  })
}

// ISO 8601 as java.time.Duration reads it; a negative one is refused.
function isDuration(value: string): boolean {
  const match = /^by_duration:P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d{0,9})?S)?)?$/i.exec(value)
  return match !== null && (match[1] ?? match[3] ?? match[4] ?? match[5]) !== undefined
}

function setOf(text: string, permitted: readonly string[], mayBeEmpty: boolean): Trait {
  const fault = (name: string, value: ConfigValue) =>
    listFault(name, value as readonly string[], { permitted, mayBeEmpty })
  return { validator: { text, fault, isSet: true } }
}

function listFault(
  name: string,
  values: readonly string[],
  { permitted, mayBeEmpty }: { permitted: readonly string[]; mayBeEmpty: boolean },
): string | null {
  if (!mayBeEmpty && values.length === 0) {
    const valid = permitted.length === 0 ? 'any non-empty value' : `[${permitted.join(', ')}]`
    return `Configuration '${name}' must not be empty. Valid values include: ${valid}`
  }
  for (const each of values) {
    if (each === '') return `Configuration '${name}' values must not be empty.`
    if (permitted.length > 0 && !permitted.includes(each)) {
      return invalidValue(name, each, `String must be one of: ${permitted.join(', ')}`)
    }
  }
  return null
}

function validator(text: string, fault: Validator['fault']): Trait {
  return { validator: { text, fault } }
}
