/**
 * The words in which Kafka's configurations are declared, and what can be done with one: read its text as Kafka's
 * ConfigDef does, with ConfigDef's own messages, and write it as DescribeConfigs shows it. The tables themselves stand in
 * configs/*.ts, a file for each kind, so that a tool loads only the one it needs.
 */
import { javaDouble, parseJavaDouble } from '../base/java-double.ts'
import { KafkaError } from './errors.ts'

export type ConfigType =
  | 'boolean'
  | 'string'
  | 'int'
  | 'short'
  | 'long'
  | 'double'
  | 'list'
  | 'class'
  | 'password'

/** `long` is a bigint, as every int64; a class is its name. */
export type ConfigValue = boolean | string | number | bigint | readonly string[] | null

export interface Config<T = ConfigValue> {
  readonly name: string
  readonly type: ConfigType
  /** `undefined`: there is none, a value must be given. */
  readonly default: T | undefined
  readonly validator?: Validator
  readonly importance: 'high' | 'medium' | 'low'
  /** Whether a running broker takes a new value: never, for itself alone, or for all of the cluster too. */
  readonly updateMode?: 'read-only' | 'per-broker' | 'cluster-wide'
  /** Hidden from users: not in the answer of DescribeConfigs. */
  readonly internal?: true
  /** The broker's configurations that give this one's default: the first that has a value counts. */
  readonly brokerSynonyms?: readonly BrokerSynonym[]
}

export interface BrokerSynonym {
  readonly name: string
  /** How many of our units are one of the synonym's: log.retention.hours counts 3,600,000 ms. */
  readonly times: bigint
}

export interface Validator {
  /** How Kafka's documentation describes what is permitted. */
  readonly text: string
  /** Kafka's whole message against a value, or null. */
  fault(name: string, value: ConfigValue): string | null
  /** Of a list in which a value that is given again is dropped (KIP-1161). */
  readonly isSet?: true
}

export type Configs = { readonly [name: string]: Config<ConfigValue> }
export type ValueOfConfig<C> = C extends Config<infer T> ? T : never
export type ConfigValues<C extends Configs> = { [K in keyof C]: ValueOfConfig<C[K]> }

type Trait = Partial<Config<never>>
type Declared<T> = Omit<Config<T>, 'name'>

export const boolean = word<boolean>('boolean')
export const string = word<string>('string')
export const int = word<number>('int')
export const short = word<number>('short')
export const long = word<bigint>('long')
export const double = word<number>('double')
export const list = word<readonly string[]>('list')
export const className = word<string>('class')
export const password = word<string>('password')

export const high: Trait = { importance: 'high' }
export const low: Trait = { importance: 'low' }
export const readOnly: Trait = { updateMode: 'read-only' }
export const perBroker: Trait = { updateMode: 'per-broker' }
export const clusterWide: Trait = { updateMode: 'cluster-wide' }
export const internal: Trait = { internal: true }

/** Takes its default from these configurations of the broker: names, or names with their unit. */
export function from(...synonyms: (string | [name: string, times: bigint])[]): Trait {
  return {
    brokerSynonyms: synonyms.map((each) =>
      typeof each === 'string' ? { name: each, times: 1n } : { name: each[0], times: each[1] },
    ),
  }
}

type Named<D> = { readonly [K in keyof D]: D[K] extends Declared<infer T> ? Config<T> : never }

/** Gives every configuration its name. */
export function table<D extends { readonly [name: string]: Declared<unknown> }>(
  declared: D,
): Named<D> {
  const named = declared as unknown as Record<string, { name: string }>
  for (const name in named) named[name]!.name = name
  return declared as unknown as Named<D>
}

interface Word<T> {
  (value: T | undefined, ...traits: Trait[]): Declared<T>
  (value: null, ...traits: Trait[]): Declared<T | null>
}

function word<T>(type: ConfigType): Word<T> {
  return (value: T | null | undefined, ...traits: Trait[]) =>
    Object.assign({ type, default: value, importance: 'medium' as const }, ...traits)
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string }

/** Reads and validates a value's text; `message` is that of Kafka's ConfigException. */
export function parseConfig<T>(config: Config<T>, text: string): Parsed<T> {
  const { name, type } = config
  const given = read(type, trimmed(text))
  const isSet = config.validator?.isSet === true && Array.isArray(given)
  const value = isSet ? [...new Set(given)] : given
  if (value === undefined) {
    const expected =
      type === 'boolean'
        ? 'Expected value to be either true or false'
        : `Not a number of type ${type.toUpperCase()}`
    return { ok: false, message: invalidValue(name, text, expected) }
  }
  // A double is judged as Kafka shows it, with its point: 7.0.
  const shown = type === 'double' ? javaDouble(value as number) : value
  const fault = config.validator?.fault(name, shown) ?? null
  return fault === null ? { ok: true, value: value as T } : { ok: false, message: fault }
}

/** As `parseConfig`, for where a bad value ends the attempt: throws INVALID_CONFIG. */
export function configValue<T>(config: Config<T>, text: string): T {
  const parsed = parseConfig(config, text)
  if (!parsed.ok) throw new KafkaError('INVALID_CONFIG', parsed.message)
  return parsed.value
}

/** The text of a value as DescribeConfigs and Kafka's logs show it; a password's is hidden. */
export function formatConfig(config: Config<ConfigValue>, value: ConfigValue): string | null {
  if (value === null) return null
  switch (config.type) {
    case 'password':
      return '[hidden]'
    case 'list':
      return (value as readonly string[]).join(',')
    case 'double':
      return javaDouble(value as number)
    default:
      return String(value)
  }
}

/** ConfigType of DescribeConfigs (KIP-569); 0 stands for a configuration that nobody declared. */
export const configTypeCodes: { readonly [T in ConfigType]: number } = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}

export function invalidValue(name: string, value: ConfigValue, why: string): string {
  const text = Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
  return `Invalid value ${text} for configuration ${name}: ${why}`
}

// ConfigDef trims as Java's String.trim does: everything up to the blank, and no other white space.
const trimmed = (text: string): string => text.replace(/^[\0- ]+|[\0- ]+$/g, '')

const int32 = [-0x80000000n, 0x7fffffffn] as const
const int16 = [-0x8000n, 0x7fffn] as const
const int64 = [-0x8000000000000000n, 0x7fffffffffffffffn] as const

function read(type: ConfigType, text: string): ConfigValue | undefined {
  switch (type) {
    case 'boolean': {
      const lower = text.toLowerCase()
      return lower === 'true' ? true : lower === 'false' ? false : undefined
    }
    case 'int':
      return smaller(integer(text, int32))
    case 'short':
      return smaller(integer(text, int16))
    case 'long':
      return integer(text, int64)
    case 'double':
      return parseJavaDouble(text)
    case 'list':
      return text === '' ? [] : text.split(/[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/)
    default:
      return text
  }
}

const smaller = (value: bigint | undefined) => (value === undefined ? undefined : Number(value))

function integer(text: string, [lowest, highest]: readonly [bigint, bigint]): bigint | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return value >= lowest && value <= highest ? value : undefined
}
