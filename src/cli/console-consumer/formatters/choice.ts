import { parsePairs, readProperties } from '../../config/file.ts'
import { JavaError, messageOf } from '../../java/errors.ts'
import { UsageError } from '../../options/checks.ts'
import type { Options } from '../../options/options.ts'
import { isJsonLines } from '../../records/form.ts'
import { deprecated, refusePair, type Say } from '../settings.ts'
import { DefaultFormatter, type Deserialize } from './default.ts'
import { deserializerOf } from './deserializers.ts'
import type { Formatter } from './formatter.ts'

/** What `--formatter` and its properties ask for. What went wrong on the way without being fatal is logged by `log`. */
export type FormatterChoice = {
  readonly make: (log: Log) => Promise<Formatter>
}
type Log = (message: string, error: unknown) => void
type Make = (properties: ReadonlyMap<string, string>, log: Log) => Formatter | Promise<Formatter>

const tools = 'org.apache.kafka.tools.consumer.'

// The formatters of internal topics need the schemas of those topics, which other runs do not load.
const formatters: { readonly [name: string]: Make } = {
  [`${tools}DefaultMessageFormatter`]: makeDefault,
  [`${tools}LoggingMessageFormatter`]: makeDefault,
  [`${tools}NoOpMessageFormatter`]: () => ({ write() {} }),
  [`${tools}OffsetsMessageFormatter`]: async () =>
    (await import('./internal-topics.ts')).offsetsFormatter,
  [`${tools}GroupMetadataMessageFormatter`]: async () =>
    (await import('./internal-topics.ts')).groupMetadataFormatter,
  [`${tools}TransactionLogMessageFormatter`]: async () =>
    (await import('./internal-topics.ts')).transactionLogFormatter,
  [`${tools}ShareGroupMessageFormatter`]: async () =>
    (await import('./internal-topics.ts')).shareGroupFormatter,
  [`${tools}group.share.ShareGroupStateMessageFormatter`]: async () =>
    (await import('./internal-topics.ts')).shareGroupStateFormatter,
}

/** Whatever fails here is told as a usage error, with the exception's message alone. */
export function formatterChoice(options: Options, out: Say['out']): FormatterChoice {
  if (isJsonLines(options, 'output', formatterOptions))
    return { make: async () => (await import('./json.ts')).jsonFormatter() }
  try {
    const make = formatterNamed(options.text('formatter')!)
    const properties = formatterProperties(options, out)
    return { make: async (log) => make(properties, log) }
  } catch (error) {
    if (error instanceof JavaError) throw new UsageError(messageOf(error) ?? '')
    throw error
  }
}

const formatterOptions = ['formatter', 'formatter-config', 'formatter-property', 'property']

function formatterNamed(name: string): Make {
  const make = Object.hasOwn(formatters, name) ? formatters[name] : undefined
  if (make !== undefined) return make
  if (!/^java\.(lang|util)\./.test(name)) {
    throw new JavaError('java.lang.ClassNotFoundException', name)
  }
  throw new JavaError(
    'java.lang.ClassCastException',
    `class ${name} cannot be cast to class org.apache.kafka.common.MessageFormatter (${name} is in module java.base of loader 'bootstrap'; org.apache.kafka.common.MessageFormatter is in unnamed module of loader 'app')`,
  )
}

/** The file, then the deserializers' own options, then the properties of the command line: the last one counts. */
function formatterProperties(options: Options, out: Say['out']): Map<string, string> {
  refusePair(options, 'property', 'formatter-property')
  deprecated(options, 'property', 'formatter-property', out)
  const file = options.text('formatter-config')
  const fromFile = file === undefined ? new Map<string, string>() : readProperties(file)
  const properties = new Map(fromFile)
  for (const side of ['key', 'value']) {
    const name = options.text(`${side}-deserializer`)
    if (name !== undefined && name !== '') properties.set(`${side}.deserializer`, name)
  }
  const given = parsePairs([...options.all('formatter-property'), ...options.all('property')])
  return new Map([...properties, ...given])
}

function makeDefault(properties: ReadonlyMap<string, string>, log: Log): Formatter {
  const deserializer = (side: string): Deserialize | undefined => {
    const name = properties.get(`${side}.deserializer`)
    if (name === undefined) return undefined
    try {
      return deserializerOf(name, properties, `${side}.deserializer`)
    } catch (error) {
      log(`Unable to instantiate a deserializer from ${name}`, error)
      return undefined
    }
  }
  return new DefaultFormatter(properties, {
    key: deserializer('key'),
    value: deserializer('value'),
    headers: deserializer('headers'),
  })
}
