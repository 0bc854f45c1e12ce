import { parsePairs, readProperties } from '../config/file.ts'
import { requireOptions, UsageError } from '../options/checks.ts'
import type { Options } from '../options/options.ts'

/** Checks in the order of Kafka's tool. Notes about old names go to stdout, so in Kafka. */
export function ensureSensible(options: Options, out: (text: string) => void): void {
  requireOptions(options, 'topic')
  refusePair(options, 'command-config', 'producer.config')
  refusePair(options, 'command-property', 'producer-property')
  refusePair(options, 'reader-property', 'property')
  const old = [
    ['producer-property', 'command-property'],
    ['producer.config', 'command-config'],
    ['property', 'reader-property'],
  ] as const
  for (const [name, fresh] of old) {
    if (!options.has(name)) continue
    out(
      `Warning: --${name} is deprecated and will be removed in a future version. Use --${fresh} instead.\n`,
    )
  }
  if (options.has('max-partition-memory-bytes')) {
    out(
      'Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.\n',
    )
  }
}

function refusePair(options: Options, a: string, b: string): void {
  if (options.has(a) && options.has(b)) {
    throw new UsageError(`Options --${a} and --${b} cannot be specified together.`)
  }
}

// Options that stand for a setting of the producer. A given option beats --command-property, which beats the file; the
// option's default comes last. Of two options for one setting the later in this list is the stronger.
const mapped = [
  ['timeout', 'linger.ms', 'long'],
  ['request-required-acks', 'acks', 'text'],
  ['request-timeout-ms', 'request.timeout.ms', 'integer'],
  ['message-send-max-retries', 'retries', 'integer'],
  ['retry-backoff-ms', 'retry.backoff.ms', 'long'],
  ['socket-buffer-size', 'send.buffer.bytes', 'integer'],
  ['max-memory-bytes', 'buffer.memory', 'long'],
  ['batch-size', 'batch.size', 'integer'],
  ['max-partition-memory-bytes', 'batch.size', 'integer'],
  ['metadata-expiry-ms', 'metadata.max.age.ms', 'long'],
  ['max-block-ms', 'max.block.ms', 'long'],
] as const

/** The producer's settings as properties, as Kafka's tool would hand them to its producer. */
export function producerProperties(options: Options): Map<string, string> {
  const properties = givenProperties(options)
  properties.delete('bootstrap.servers')
  properties.set('compression.type', compression(options))
  if (!properties.has('client.id')) properties.set('client.id', 'console-producer')
  for (const [name, config, type] of mapped) {
    if (!options.has(name) && properties.has(config)) continue
    properties.set(config, String(options[type](name)))
  }
  return properties
}

function givenProperties(options: Options): Map<string, string> {
  const file = options.text('command-config') ?? options.text('producer.config')
  const pairs = [...options.all('command-property'), ...options.all('producer-property')]
  return new Map([...(file === undefined ? [] : readProperties(file)), ...parsePairs(pairs)])
}

/** Whether somebody has chosen how much is sent together, and how much may wait. */
export function sizedBy(options: Options): { batch: boolean; memory: boolean } {
  const given = givenProperties(options)
  return {
    batch:
      options.has('batch-size') ||
      options.has('max-partition-memory-bytes') ||
      given.has('batch.size'),
    memory: options.has('max-memory-bytes') || given.has('buffer.memory'),
  }
}

function compression(options: Options): string {
  if (!options.has('compression-codec')) return 'none'
  return options.text('compression-codec') || 'gzip'
}

export function readerProperties(options: Options): Map<string, string> {
  const file = options.text('reader-config')
  const pairs = [...options.all('reader-property'), ...options.all('property')]
  return new Map([...(file === undefined ? [] : readProperties(file)), ...parsePairs(pairs)])
}
