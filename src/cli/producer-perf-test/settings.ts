import { uuidFrom } from '../../base/uuid.ts'
import { systemRandom } from '../../host/random.ts'
import { parsePairs, readProperties } from '../config/file.ts'
import { illegalArgument } from '../java/errors.ts'
import { javaSplit } from '../java/text.ts'
import type { Machine } from '../machine.ts'
import { fault } from '../options/argparse.ts'
import type { Options } from '../options/options.ts'
import { producerPerfTestDeclaration as declaration } from './declaration.ts'

const sources = [
  'bootstrap-server',
  'command-property',
  'producer-props',
  'producer.config',
  'command-config',
]

/** Everything that can be wrong before a record is sent, in Kafka's order. */
export function ensureSensible(options: Options, { needsServer }: { needsServer: boolean }): void {
  const records = options.long('num-records')!
  if (records <= 0n) throw fault(declaration, '--num-records should be greater than zero.')
  const warmup = options.long('warmup-records') ?? 0n
  if (warmup >= records) {
    throw fault(
      declaration,
      'The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.',
    )
  }
  const size = options.integer('record-size')
  if (size !== undefined && size <= 0) {
    throw fault(declaration, '--record-size should be greater than zero.')
  }
  const interval = options.long('reporting-interval')
  if (interval !== undefined && interval <= 0n) {
    throw fault(declaration, '--reporting-interval should be greater than zero.')
  }
  const duration = options.long('transaction-duration-ms')
  if (duration !== undefined && duration <= 0n) {
    throw fault(declaration, '--transaction-duration-ms should be greater than zero.')
  }
  if (needsServer && !sources.some((name) => options.has(name))) {
    throw fault(
      declaration,
      'At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.',
    )
  }
  refuseBoth(options, 'command-property', 'producer-props')
  refuseBoth(options, 'command-config', 'producer.config')
}

function refuseBoth(options: Options, current: string, old: string): void {
  if (!options.has(current) || !options.has(old)) return
  throw fault(declaration, `--${current} and --${old} cannot be specified together.`)
}

export function propertiesOf(options: Options, { stdout }: Machine): Map<string, string> {
  for (const [old, current] of [
    ['producer-props', 'command-property'],
    ['producer.config', 'command-config'],
  ] as const) {
    if (!options.has(old)) continue
    stdout.write(
      `Option --${old} has been deprecated and will be removed in a future version. Use --${current} instead.\n`,
    )
  }
  const pairs = [...options.all('command-property'), ...options.all('producer-props')]
  const wrong = pairs.find((pair) => javaSplit(pair, '=').length !== 2)
  if (wrong !== undefined) throw illegalArgument(`Invalid property: ${wrong}`)
  const file = options.text('command-config') ?? options.text('producer.config')
  const properties = new Map([
    ...(file === undefined ? [] : readProperties(file)),
    ...parsePairs(pairs),
  ])
  if (!properties.has('client.id')) properties.set('client.id', 'perf-producer-client')
  const transactionalId = options.text('transactional-id') ?? properties.get('transactional.id')
  if (transactionalId !== undefined) properties.set('transactional.id', transactionalId)
  else if (options.has('transaction-duration-ms')) {
    properties.set('transactional.id', `performance-producer-${uuidFrom(systemRandom)}`)
  }
  return properties
}
