import {
  type ClusterDescription,
  describeCluster,
  unregisterBroker,
} from '../../client/admin/cluster.ts'
import { addressOf, addressText } from '../../client/bootstrap.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { type Command, commandTool } from '../command-tool.ts'
import { executionError, illegalArgument, JavaError } from '../java/errors.ts'
import { left } from '../java/text.ts'
import type { Machine } from '../machine.ts'
import { adminEvent } from '../output/log.ts'
import { type Shown, show } from '../output/show.ts'
import { isTold, ToolFailure, traced } from '../tell.ts'
import { clusterDeclaration } from './declaration.ts'

const clusterId: Command = ({ ask, form }) =>
  ask(async (cluster, machine) => {
    const { clusterId: id } = await unwrapped(describeCluster(cluster))
    const sentence =
      id === null
        ? 'No cluster ID found. The Kafka version is probably too old.'
        : `Cluster ID: ${id}`
    await show(
      {
        json: () => ({ clusterId: id }),
        plain: () => `${sentence}\n`,
        table: () => ({ head: ['CLUSTER ID'], rows: [[id ?? '-']], aligns: ['left'] }),
      },
      { form, machine },
    )
  })

const unregister: Command = ({ ask, options }) =>
  ask(async (cluster, machine) => {
    const id = options.integer('id')!
    try {
      await unregisterBroker(cluster, id)
      machine.stdout.write(`Broker ${id} is no longer registered.\n`)
    } catch (error) {
      throw refused(id, error, machine)
    }
  })

// Kafka's client logs this refusal, with the exception, before the tool tells it.
function refused(id: number, error: unknown, { clock }: Machine): unknown {
  if (!(error instanceof KafkaError)) return error
  if (error.error === 'UNSUPPORTED_VERSION') {
    const stdout = 'The target cluster does not support the broker unregistration API.\n'
    return new ToolFailure(error.message, { stdout, code: 0, cause: error })
  }
  const text = `Unregister broker request for broker ID ${id} failed: ${error.message}`
  const log = adminEvent(clock, text, { of: 'org.apache.kafka.clients.admin.KafkaAdminClient' })
  return traced(executionError(error), { log })
}

const listEndpoints: Command = async ({ ask, options, form }) => {
  const includeFenced = options.has('include-fenced-brokers')
  const isController = options.has('bootstrap-controller')
  if (isController && includeFenced) {
    throw illegalArgument(
      'The option --include-fenced-brokers is only supported with --bootstrap-server option',
    )
  }
  await ask(async (cluster, machine) => {
    const description = await unwrapped(describeCluster(cluster, { includeFenced }))
    await show(endpoints(description, isController ? 'controller' : 'broker'), { form, machine })
  })
}

function endpoints({ nodes }: ClusterDescription, type: 'broker' | 'controller'): Shown {
  const state = (isFenced: boolean) =>
    type === 'controller' ? 'unknown' : isFenced ? 'fenced' : 'unfenced'
  const rows = nodes.map(({ id, host, port, rack, isFenced }) => [
    String(id),
    host,
    String(port),
    String(rack),
    state(isFenced),
    type,
  ])
  const head = ['ID', 'HOST', 'PORT', 'RACK', 'STATE', 'ENDPOINT_TYPE']
  return {
    json: () => nodes.map(({ isFenced, ...node }) => ({ ...node, state: state(isFenced), type })),
    plain: () => {
      const widest = (column: number, min: number) =>
        Math.max(min, ...rows.map((row) => row[column]!.length))
      const widths = [10, widest(1, 'HOST'.length), 10, widest(3, 10), 10, 15]
      const line = (row: readonly string[]) =>
        row.map((cell, i) => left(cell, widths[i]!)).join(' ')
      return [head, ...rows].map((row) => `${line(row)}\n`).join('')
    },
    // A broker that listens on a unix socket has no port, and most have no rack.
    table: () => ({
      head: ['ID', 'ADDRESS', 'RACK', 'STATE', 'TYPE'],
      rows: nodes.map((node) => [
        String(node.id),
        addressText(addressOf(node.host, node.port)),
        node.rack ?? '-',
        state(node.isFenced),
        type,
      ]),
      aligns: ['right', 'left', 'left', 'left', 'left'],
    }),
  }
}

async function unwrapped<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw error instanceof KafkaError ? executionError(error) : error
  }
}

export const clusterTool = commandTool(clusterDeclaration, {
  commands: { 'cluster-id': clusterId, unregister, 'list-endpoints': listEndpoints },
  failure: (error) => (isTold(error) ? error : traced(error)),
  helpCode: 1,
  configFile: (options, { stdout }) => {
    const file = options.text('config')
    if (file === undefined) return options.text('command-config')
    if (options.has('command-config')) {
      throw new JavaError(
        'net.sourceforge.argparse4j.inf.ArgumentParserException',
        '--config and --command-config cannot be specified together.',
      )
    }
    stdout.write(
      'Option --config has been deprecated and will be removed in a future version. Use --command-config instead.\n',
    )
    return file
  },
})
