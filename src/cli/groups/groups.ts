import { type GroupListing, listGroups } from '../../client/admin/list-groups.ts'
import type { Cluster } from '../../client/cluster.ts'
import { withCluster } from '../admin.ts'
import { groupsInOrder } from '../groups-in-order.ts'
import { executionError, illegalArgument, JavaError } from '../java/errors.ts'
import { left } from '../java/text.ts'
import type { Machine } from '../machine.ts'
import { refuseTogether, UsageError } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { type Shown, show } from '../output/show.ts'
import { findServer } from '../server.ts'
import { executionFailure, isTold, traced } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { groupsDeclaration } from './declaration.ts'

export const groups: Tool = { declaration: groupsDeclaration, run }

async function run(machine: Machine): Promise<number> {
  const options = parsed(machine)
  if (isVersionAlone(options, groupsDeclaration, machine)) return 0
  try {
    const server = await findServer(options, machine)
    if (server.kind === 'none') {
      throw new UsageError('Missing required option(s) [bootstrap-server]')
    }
    if (!options.has('list')) {
      throw new UsageError('Command must include exactly one action: --list.')
    }
    const filter = filterOf(options)
    const form = chosenForm(options, machine)
    const { name: tool } = groupsDeclaration
    return await withCluster(options, { tool, server, machine }, async (cluster, quiet) => {
      await show(shown(await listed(cluster, filter)), { form, machine: quiet })
      return 0
    })
  } catch (error) {
    throw isTold(error) ? error : told(error, machine)
  }
}

function parsed({ argv }: Machine): Options {
  try {
    return parse(argv, groupsDeclaration.options)
  } catch (error) {
    throw error instanceof JavaError ? new UsageError(error.message) : error
  }
}

// What is wrong with the command line is an exception; what is wrong with the cluster, a line on stdout and an event.
const beforehand = /^(joptsimple|java\.nio\.file|java\.io|java\.lang\.IllegalArgumentException)/

function told(error: unknown, { clock }: Machine): Error {
  if (error instanceof JavaError && beforehand.test(error.exception)) return traced(error)
  const logger = 'org.apache.kafka.tools.GroupsCommand'
  return executionFailure(error, { what: 'groups', logger, clock })
}

type Filter = (group: GroupListing) => boolean

const types = ['classic', 'consumer', 'share', 'streams']
const typeOf = ({ type }: GroupListing) => (type ?? 'classic').toLowerCase()

/** Empty where the broker did not tell, as Kafka's tool leaves it. */
const typeText = ({ type }: GroupListing) =>
  type === null ? '' : `${type.charAt(0).toUpperCase()}${type.slice(1).toLowerCase()}`

function filterOf(options: Options): Filter {
  const wanted = options.text('group-type')?.toLowerCase()
  if (wanted !== undefined && !types.includes(wanted)) {
    throw illegalArgument('--group-type must be a valid group type.')
  }
  refuseTogether(options, 'consumer', ['group-type', 'protocol', 'share', 'streams'])
  refuseTogether(options, 'share', ['consumer', 'group-type', 'protocol', 'streams'])
  refuseTogether(options, 'streams', ['consumer', 'group-type', 'protocol', 'share'])
  const protocol = options.text('protocol')
  if (options.has('consumer')) return isOfConsumers
  if (options.has('share')) return (group) => typeOf(group) === 'share'
  if (options.has('streams')) return (group) => typeOf(group) === 'streams'
  return (group) =>
    (wanted === undefined || typeOf(group) === wanted) &&
    (protocol === undefined || group.protocolType === protocol)
}

function isOfConsumers(group: GroupListing): boolean {
  const isSimple = typeOf(group) === 'classic' && ['', 'consumer'].includes(group.protocolType)
  return isSimple || typeOf(group) === 'consumer'
}

async function listed(cluster: Cluster, filter: Filter): Promise<GroupListing[]> {
  const { groups, errors } = await listGroups(cluster)
  if (errors[0] !== undefined) throw executionError(errors[0])
  return groupsInOrder(groups).filter(filter)
}

const widthMin = 20

function shown(found: readonly GroupListing[]): Shown {
  const rows = found.map((each) => [each.groupId, typeText(each), each.protocolType])
  const head = ['GROUP', 'TYPE', 'PROTOCOL']
  return {
    json: () => rows.map(([group, type, protocol]) => ({ group, type, protocol })),
    plain: () => {
      const width = Math.max(widthMin, ...rows.flat().map((cell) => cell.length))
      const line = (cells: readonly string[]) => cells.map((cell) => left(cell, width)).join(' ')
      return [`${line(head)}\n`, ...rows.map((row) => `${line(row)} \n`)].join('')
    },
    none: 'There are no such groups.\n',
    table: () => ({ head, rows, aligns: ['left', 'left', 'left'] }),
  }
}
