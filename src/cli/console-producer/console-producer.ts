import { Cluster } from '../../client/cluster.ts'
import { Producer } from '../../client/producer.ts'
import type { Address } from '../../host/net.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { clusterOptions } from '../config/cluster-options.ts'
import { unknownConfigs } from '../config/unknown.ts'
import { illegalArgument, JavaError, messageOf } from '../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../machine.ts'
import { ensureAddresses, UsageError } from '../options/checks.ts'
import { kafkaVersion } from '../options/common.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { exceptionText } from '../output/log.ts'
import { Progress } from '../output/progress.ts'
import { clientWarnings, type Warn } from '../output/warnings.ts'
import { isJsonLines } from '../records/form.ts'
import { addressesOf, findServer } from '../server.ts'
import { ToolFailure } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { consoleProducerDeclaration, lineReader } from './declaration.ts'
import { Failures } from './failures.ts'
import { Feed } from './feed.ts'
import {
  asProducerConstruction,
  type ProducerConfigs,
  producerConfigsOf,
  producerOptions,
} from './producer-options.ts'
import { JsonParts } from './reader/json-parts.ts'
import { LineParts } from './reader/line-parts.ts'
import type { Parts } from './reader/parts.ts'
import { readerSettings } from './reader/reader.ts'
import { ensureSensible, producerProperties, readerProperties, sizedBy } from './settings.ts'

export const consoleProducer: Tool = { declaration: consoleProducerDeclaration, run }

async function run(machine: Machine): Promise<number> {
  const { argv, stdout } = machine
  const options = parsed(argv)
  try {
    if (argv.length === 0 || options.has('help')) {
      throw new UsageError(consoleProducerDeclaration.summary)
    }
    if (options.has('version')) {
      stdout.write(`${kafkaVersion}\n`)
      return 0
    }
    return await produce(options, machine)
  } catch (error) {
    throw error instanceof JavaError || error instanceof KafkaError ? failed(error) : error
  }
}

function parsed(argv: readonly string[]): Options {
  try {
    return parse(argv, consoleProducerDeclaration.options)
  } catch (error) {
    throw error instanceof JavaError ? new UsageError(error.message, { cause: error }) : error
  }
}

// What the parser finds out late is told without the exception's name; all else as Java prints an exception.
function failed(error: JavaError | KafkaError): ToolFailure {
  const message = messageOf(error) ?? 'null'
  const isOfParser = error instanceof JavaError && error.exception.startsWith('joptsimple.')
  return new ToolFailure(message, {
    stderr: isOfParser ? `${message}\n` : exceptionText(error),
    cause: error,
  })
}

async function produce(options: Options, machine: Machine): Promise<number> {
  ensureSensible(options, (text) => machine.stdout.write(text))
  const server = await findServer(options, machine)
  if (server.kind === 'none') ensureAddresses('')
  if (server.kind === 'given') ensureAddresses(server.text)
  const parts = partsOf(options)
  const topic = options.text('topic')!
  const configs = producerConfigsOf(producerProperties(options))
  const { stdin, stderr } = machine
  const failures = new Failures(
    machine,
    {
      isKafkas: server.kind === 'given' && !stderr.isTerminal,
      clientId: configs.get('client.id'),
    },
    { isQuiet: options.has('sync') },
  )
  unknownConfigs(configs, 'producer.ProducerConfig', machine)
  const addresses = await addressesOf(server, options, machine).catch(asProducerConstruction)
  const warn = clientWarnings(consoleProducerDeclaration.name, machine)
  const producer = await open(configs, { addresses, failures, sized: sizedBy(options), warn })
  const feed = new Feed({
    producer,
    topic,
    parts,
    failures,
    isSync: options.has('sync'),
    progress: stderr.isTerminal && !stdin.isTerminal ? progressOf(machine) : null,
    machine,
  })
  const signal = await feed.run()
  return signal === null ? failures.exitCode : exitCodeOf[signal satisfies Signal]
}

function progressOf(machine: Machine): Progress {
  const bytes = machine.stdin.sizeBytes ?? 0
  return new Progress(machine, bytes > 0 ? { bytes } : null)
}

const readerOptions = ['line-reader', 'reader-config', 'reader-property', 'property']

function partsOf(options: Options): Parts {
  if (isJsonLines(options, 'input', readerOptions)) return new JsonParts()
  const name = options.text('line-reader')!
  if (name !== lineReader) {
    if (!/^java\.(lang|util)\./.test(name)) {
      throw new JavaError('java.lang.ClassNotFoundException', name)
    }
    throw illegalArgument(
      'The reader must implement org.apache.kafka.tools.api.RecordReader interface',
    )
  }
  return new LineParts(readerSettings(readerProperties(options)))
}

async function open(
  configs: ProducerConfigs,
  {
    addresses,
    failures,
    sized,
    warn,
  }: {
    addresses: readonly Address[]
    failures: Failures
    sized: ReturnType<typeof sizedBy>
    warn: Warn
  },
): Promise<Producer> {
  if (configs.has('transactional.id')) {
    throw new JavaError(
      'java.lang.IllegalStateException',
      "Cannot perform a 'send' before completing a call to initTransactions when transactions are enabled.",
    )
  }
  const cluster = new Cluster(await clusterOptions(configs, { bootstrap: addresses, warn }))
  return new Producer(cluster, {
    ...producerOptions(configs, { sized }),
    onFailure: (failure) => failures.take(failure),
  })
}
