import {
  abortTransaction,
  describeProducers,
  describeTransaction,
  fenceProducer,
  listTransactions,
  type ToAbort,
} from '../../client/admin/transactions.ts'
import type { Cluster } from '../../client/cluster.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { type Command, commandTool } from '../command-tool.ts'
import { JavaError, messageOf } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { terse } from '../metadata-quorum/terse.ts'
import { kafkaCommit, kafkaVersion } from '../options/common.ts'
import type { Options } from '../options/options.ts'
import { adminEvent, invalidTopicEvent } from '../output/log.ts'
import { show } from '../output/show.ts'
import { uncaught } from '../tell.ts'
import { transactionsDeclaration } from './declaration.ts'
import { findHanging, partitionsIn } from './find-hanging.ts'
import { shownDescription, shownHanging, shownListings, shownProducers } from './view.ts'

const minuteMs = 60_000
const maxTransactionTimeoutMin = 15

const list: Command = ({ options, ask, form }) =>
  ask(async (cluster, machine) => {
    const durationMs = options.long('duration-filter') ?? -1n
    const pattern = options.text('transactional-id-pattern') ?? null
    const what = 'Failed to list transactions'
    const asked = listTransactions(cluster, { durationMs, pattern }).catch((error) => {
      throw logged(error, cluster, machine)
    })
    const found = await told(what, () => asked)
    await show(shownListings(found), { form, machine })
  })

/** A pattern that the broker cannot read: for scripts as Kafka's client logs and words it. */
function logged(error: unknown, { cache }: Cluster, { stderr, clock }: Machine): unknown {
  if (!(error instanceof KafkaError) || error.error !== 'INVALID_REGULAR_EXPRESSION') return error
  if (stderr.isTerminal) return error
  const sent = `sent to broker ${Math.min(...cache.brokers.keys())} failed`
  const event = `The \`ListTransactions\` request ${sent} because of an unexpected error ${error.error}`
  stderr.write(adminEvent(clock, event, { of: 'ListTransactionsHandler' }))
  return new KafkaError(
    error.error,
    `ListTransactions request ${sent} with an unexpected exception`,
  )
}

const describe: Command = ({ options, ask, form }) =>
  ask(async (cluster, machine) => {
    const id = options.text('transactional-id')!
    const what = `Failed to describe transaction state of transactional-id \`${id}\``
    const found = await told(
      what,
      () => describeTransaction(cluster, id),
      ({ error }) => {
        const how = describeFailures[error]
        return how && `DescribeTransactions request for transactionalId \`${id}\` failed ${how}`
      },
    )
    await show(shownDescription(found, machine.clock.now()), { form, machine })
  })

const describeFailures: { readonly [error: string]: string } = {
  TRANSACTIONAL_ID_NOT_FOUND: 'because the ID could not be found',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'due to authorization failure',
  INVALID_REQUEST: 'due to unexpected error',
}

const describeProducersOf: Command = ({ options, ask, form }) =>
  ask(async (cluster, machine) => {
    const at = placeOf(options)
    const brokerId = options.integer('broker-id') ?? null
    const where = brokerId === null ? 'leader' : `broker ${brokerId}`
    const what = `Failed to describe producers for partition ${at.topic}-${at.partition} on ${where}`
    const found = await told(what, () =>
      ofLeader(at.topic, machine, describeProducers(cluster, at, brokerId)),
    )
    await show(shownProducers(found), { form, machine })
  })

const abort: Command = async ({ options, ask }) => {
  ensureIdentified(options)
  await ask(async (cluster, machine) => {
    const found = await toAbort(cluster, { options, machine })
    const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = found
    const what = `AbortTransactionSpec(topicPartition=${topic}-${partition}, producerId=${producerId}, producerEpoch=${producerEpoch}, coordinatorEpoch=${coordinatorEpoch})`
    await told(`Failed to abort transaction ${what}`, () =>
      ofLeader(topic, machine, abortTransaction(cluster, found)),
    )
  })
}

function ensureIdentified(options: Options): void {
  if (options.has('start-offset')) return
  if (!options.has('producer-id')) {
    throw terse(
      'The transaction to abort must be identified either with --start-offset (for brokers on 3.0 or above) or with --producer-id, --producer-epoch, and --coordinator-epoch (for older brokers)',
    )
  }
  const missing = ['producer-epoch', 'coordinator-epoch'].find((name) => !options.has(name))
  if (missing !== undefined) {
    throw terse(`Missing required argument --${missing}`)
  }
}

async function toAbort(
  cluster: Cluster,
  { options, machine }: { options: Options; machine: Machine },
): Promise<ToAbort> {
  const at = placeOf(options)
  const startOffset = options.long('start-offset')
  if (startOffset === undefined) {
    return {
      ...at,
      producerId: options.long('producer-id')!,
      producerEpoch: options.integer('producer-epoch')!,
      coordinatorEpoch: options.integer('coordinator-epoch')!,
    }
  }
  const name = `${at.topic}-${at.partition}`
  const what = `Failed to validate producer state for partition ${name}`
  const producers = await told(what, () =>
    ofLeader(at.topic, machine, describeProducers(cluster, at)),
  )
  const found = producers.find((each) => each.currentTxnStartOffset === startOffset)
  if (found === undefined) {
    throw terse(
      `Could not find any open transactions starting at offset ${startOffset} on partition ${name}`,
    )
  }
  const { producerId, producerEpoch, coordinatorEpoch } = found
  // It has written no marker yet: whichever epoch its coordinator has, none is older.
  return { ...at, producerId, producerEpoch, coordinatorEpoch: Math.max(0, coordinatorEpoch) }
}

const hanging: Command = async ({ options, ask, form }) => {
  const topic = options.text('topic') ?? null
  const partition = options.integer('partition') ?? null
  const brokerId = options.integer('broker-id') ?? null
  if (topic === null && brokerId === null) {
    throw terse(
      'The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search',
    )
  }
  if (partition !== null && topic === null) {
    throw terse('The --partition argument requires --topic to be provided')
  }
  const timeoutMin = options.integer('max-transaction-timeout') ?? maxTransactionTimeoutMin
  await ask(async (cluster, machine) => {
    const now = machine.clock.now()
    const scope = { topic, partition, brokerId, before: now - timeoutMin * minuteMs }
    const partitions = await told('Failed to describe 1 topics', () => partitionsIn(cluster, scope))
    const on = brokerId === null ? 'Optional.empty' : `Optional[${brokerId}]`
    const what = `Failed to describe producers for ${partitions.length} partitions on broker ${on}`
    const found = await told(what, () =>
      ofLeader(topic ?? '', machine, findHanging(cluster, partitions, scope)),
    )
    await show(shownHanging(found, now), { form, machine })
  })
}

const forceTerminate: Command = ({ options, ask }) =>
  ask(async (cluster) => {
    const id = options.text('transactionalId')!
    await told(`Failed to force terminate transactionalId \`${id}\``, () =>
      fenceProducer(cluster, id),
    )
  })

const placeOf = (options: Options) => ({
  topic: options.text('topic')!,
  partition: options.integer('partition')!,
})

/** As Kafka's tool tells a failure: what was tried, and why it could not be. */
async function told<T>(
  what: string,
  work: () => Promise<T>,
  why: (error: KafkaError) => string | undefined = () => undefined,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    throw terse(
      `${what}: ${why(error) ?? messageOf(error)}. Enable debug logging for additional detail.`,
    )
  }
}

/** Tells, as Kafka's client does, that a topic can have no leader, for none can have its name. */
async function ofLeader<T>(
  topic: string,
  { stderr, clock }: Machine,
  answer: Promise<T>,
): Promise<T> {
  return answer.catch((error: unknown) => {
    const isNameless = error instanceof KafkaError && error.error === 'INVALID_TOPIC_EXCEPTION'
    if (isNameless && !stderr.isTerminal) stderr.write(invalidTopicEvent(clock, topic))
    throw error
  })
}

function failure(error: unknown): unknown {
  if (!(error instanceof JavaError)) return error
  // Nobody catches what comes up while the client is made.
  if (!error.exception.startsWith('java.nio.file.')) return uncaught(error)
  const why = messageOf(error)
  return terse(
    `Failed to load admin client properties: ${why}. Enable debug logging for additional detail.`,
  )
}

export const transactionsTool = commandTool(transactionsDeclaration, {
  commands: {
    list,
    describe,
    'describe-producers': describeProducersOf,
    abort,
    'find-hanging': hanging,
    forceTerminateTransaction: forceTerminate,
  },
  failure,
  helpCode: 1,
  version: `${kafkaVersion} (Commit:${kafkaCommit})`,
})
