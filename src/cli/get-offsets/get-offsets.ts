import { describeTopics } from '../../client/admin/describe-topics.ts'
import { listOffsets, type OffsetSpec } from '../../client/admin/offsets.ts'
import { listTopics } from '../../client/admin/topics.ts'
import type { Cluster } from '../../client/cluster.ts'
import { orThrow } from '../../client/result.ts'
import { partitionKey, type TopicPartition } from '../../client/topic-partition.ts'
import type { KafkaError } from '../../protocol/errors.ts'
import { withCluster } from '../admin.ts'
import { exceptionOf, JavaError, javaText } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { ensureAddresses, requireOptions } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { logOffsetFault } from '../output/offset-faults.ts'
import { show } from '../output/show.ts'
import { findServer } from '../server.ts'
import { isTold, ToolFailure, traced } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { getOffsetsDeclaration } from './declaration.ts'
import { type PartitionFilter, partitionFilter, terse } from './filter.ts'
import { parseTime } from './time.ts'

export const getOffsets: Tool = { declaration: getOffsetsDeclaration, run }

const lead = 'Error occurred: '

async function run(machine: Machine): Promise<number> {
  try {
    const options = parsed(machine)
    if (isVersionAlone(options, getOffsetsDeclaration, machine)) return 0
    const server = await findServer(options, machine)
    if (server.kind === 'none') requireOptions(options, 'bootstrap-server')
    if (server.kind === 'given') ensureAddresses(server.text)
    if (options.has('topic-partitions') && (options.has('topic') || options.has('partitions'))) {
      throw new JavaError(terse, '--topic-partitions cannot be used with --topic or --partitions')
    }
    const form = chosenForm(options, machine)
    const wanted: Wanted = {
      spec: parseTime(options.text('time')!),
      filter: partitionFilter(options),
      excludeInternal: options.has('exclude-internal-topics'),
    }
    const { name: tool } = getOffsetsDeclaration
    return await withCluster(options, { tool, server, machine }, async (cluster, quiet) => {
      const found = await offsets(cluster, wanted, quiet)
      await show(shown(found), { form, machine: quiet })
      return 0
    })
  } catch (error) {
    if (isTold(error)) throw error
    throw exceptionOf(error) === terse ? tersely(error as JavaError) : traced(error, { lead })
  }
}

function parsed({ argv }: Machine): Options {
  try {
    return parse(argv, getOffsetsDeclaration.options)
  } catch (error) {
    throw error instanceof JavaError ? tersely(error) : error
  }
}

function tersely(cause: JavaError): ToolFailure {
  const text = `${lead}${cause.message}`
  return new ToolFailure(text, { stderr: `${text}\n`, cause })
}

type Wanted = { spec: OffsetSpec; filter: PartitionFilter; excludeInternal: boolean }
type Found = TopicPartition & { offset: bigint; timestamp: bigint | null }

/** In the order of their names as text, so that partition 10 comes before 2; those without such an offset are left out. */
async function offsets(
  cluster: Cluster,
  { spec, ...wanted }: Wanted,
  machine: Machine,
): Promise<Found[]> {
  const partitions = await matching(cluster, wanted)
  const results = await listOffsets(
    cluster,
    partitions.map((each) => ({ ...each, spec })),
  )
  // What Kafka's client logs comes before what the tool says.
  const clientId = 'GetOffsetShell'
  for (const [at, result] of results) {
    if (!result.ok) logOffsetFault(at, result.error, { machine, clientId })
  }
  return [...results].flatMap(([{ topic, partition }, result]) => {
    if (!result.ok) {
      skip({ topic, partition }, result.error, machine)
      return []
    }
    const { offset, timestamp } = result.value
    if (offset < 0n) return []
    return [{ topic, partition, offset, timestamp: timestamp < 0n ? null : timestamp }]
  })
}

async function matching(
  cluster: Cluster,
  { filter, excludeInternal }: Omit<Wanted, 'spec'>,
): Promise<TopicPartition[]> {
  const topics = await listTopics(cluster)
  const names = topics
    .filter(({ name, isInternal }) => filter.topic(name) && !(excludeInternal && isInternal))
    .map(({ name }) => name)
  const described = await describeTopics(cluster, names)
  const found = [...described.values()].flatMap((result) => {
    const { name: topic, partitions } = orThrow(result)
    return partitions
      .filter(({ partition }) => filter.partition(topic, partition))
      .map(({ partition }) => ({ topic, partition }))
  })
  if (found.length === 0) {
    throw new JavaError(terse, 'Could not match any topic-partitions with the specified filters')
  }
  return found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ topic, partition }: TopicPartition) => partitionKey(topic, partition)

function skip(at: TopicPartition, error: KafkaError, { stderr }: Machine): void {
  if (stderr.isTerminal) return stderr.write(`${keyOf(at)} is left out: ${error.message}\n`)
  stderr.write(
    `Skip getting offsets for topic-partition ${keyOf(at)} due to error: ${javaText(error)}\n`,
  )
}

function shown(found: readonly Found[]) {
  return {
    json: () => found,
    plain: () => found.map((each) => `${each.topic}:${each.partition}:${each.offset}\n`).join(''),
    table: () => ({
      head: ['TOPIC', 'PARTITION', 'OFFSET'],
      rows: found.map(({ topic, partition, offset }) => [topic, String(partition), String(offset)]),
      aligns: ['left', 'right', 'right'] as const,
    }),
  }
}
