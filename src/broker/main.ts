/** The broker as a process: arguments, properties file, signals, and the card that tells others of it. */
import { parseArgs } from 'node:util'
import { parseProperties } from '../base/properties.ts'
import { systemClock } from '../host/clock.ts'
import { systemDisk } from '../host/disk.ts'
import { systemNet } from '../host/net.ts'
import { systemProcesses } from '../host/processes.ts'
import { systemRandom } from '../host/random.ts'
import { allowThreads } from '../host/threads.ts'
import { syncsAtOnce } from '../log/flush-rounds.ts'
import { KafkaError } from '../protocol/errors.ts'
import { type Card, writeCard } from './card.ts'
import { fileLogger, type Logger } from './logger.ts'
import { BrokerNode } from './node.ts'
import { own } from './own-configs.ts'

const host = { clock: systemClock, random: systemRandom, disk: systemDisk, net: systemNet }

/** Runs until a signal ends it; answers with the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  allowThreads(syncsAtOnce)
  try {
    const properties = readProperties(args)
    const nodeId = Number(properties.get('node.id') ?? properties.get('broker.id') ?? 1)
    const logger = fileLogger({ level: own(properties, 'jackdaw.log.level'), nodeId })
    return await serve(properties, logger)
  } catch (error) {
    // One line, which "jackdaw start" looks for in the log and shows.
    process.stderr.write(`jackdaw broker: ${(error as Error).message}\n`)
    if (args.includes('--debug')) process.stderr.write(`${(error as Error).stack}\n`)
    return 1
  }
}

async function serve(properties: Map<string, string>, logger: Logger): Promise<number> {
  const signalled = signal()
  const cardFile = own(properties, 'jackdaw.card.file')
  const startedAt = systemClock.now()
  const node = await BrokerNode.open({ host, logger, properties })
  const show = (state: Card['state']) => {
    if (cardFile === null) return
    const identity = systemProcesses.identity(process.pid)
    const card = { ...node.describe(), pid: process.pid, identity, state, startedAt }
    systemDisk.replaceFile(cardFile, Buffer.from(writeCard(card)))
  }
  show('starting')
  try {
    // What ends a broker may come before it has begun: metadata that it cannot read, a disk that fails, a signal.
    const ended = Promise.race([signalled, node.failed])
    const first = await Promise.race([node.start().then(() => null), ended])
    if (first === null) show('running')
    const reason = first ?? (await ended)
    logger.info({ reason: String(reason) }, 'stopping')
    show('stopping')
    await node.close()
    if (reason instanceof Error) throw reason
    return 0
  } finally {
    if (cardFile !== null) systemDisk.remove(cardFile)
  }
}

/** The first signal asks for an orderly end; who sends a second one does not want to wait. */
function signal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(name === 'SIGINT' ? 130 : 143))
        resolve(name)
      })
    }
    // A terminal that closes must not take a broker in the background with it.
    process.on('SIGHUP', () => {})
  })
}

function readProperties(args: readonly string[]): Map<string, string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      override: { type: 'string', multiple: true },
      debug: { type: 'boolean' },
    },
  })
  const properties = new Map<string, string>()
  if (values.config !== undefined) {
    for (const [name, value] of parseProperties(textOf(values.config))) properties.set(name, value)
  }
  for (const each of values.override ?? []) {
    const at = each.indexOf('=')
    if (at < 1) throw new KafkaError('INVALID_CONFIG', `--override takes name=value, not "${each}"`)
    properties.set(each.slice(0, at).trim(), each.slice(at + 1).trim())
  }
  return properties
}

function textOf(config: string): string {
  if (systemDisk.stat(config) === null) {
    throw new KafkaError('INVALID_CONFIG', `--config names ${config}, but there is no such file`)
  }
  return Buffer.from(systemDisk.readFile(config)).toString()
}
