import { describeCluster } from '../../client/admin/cluster.ts'
import { describeLogDirs, type LogDir, type ReplicaInDir } from '../../client/admin/log-dirs.ts'
import type { Cluster } from '../../client/cluster.ts'
import { partitionKey } from '../../client/topic-partition.ts'
import { javaHashMapOrder, topicPartitionHash } from '../../protocol/java-hash-map.ts'
import { javaHashCode } from '../../protocol/names.ts'
import { type Act, adminTool } from '../admin-tool.ts'
import { exceptionOf, JavaError } from '../java/errors.ts'
import { isJavaInteger } from '../java/numbers.ts'
import { javaSplit } from '../java/text.ts'
import type { Options } from '../options/options.ts'
import { type Shown, show } from '../output/show.ts'
import { ToolFailure } from '../tell.ts'
import { logDirsDeclaration } from './declaration.ts'

const act: Act = async ({ options, cluster, machine, form }) => {
  const topics = new Set(items(options, 'topic-list'))
  const brokers = await chosenBrokers(cluster, items(options, 'broker-list'))
  const { stdout } = machine
  if (form === 'plain') stdout.write('Querying brokers for log directories information\n')
  const found = await Promise.all(
    brokers.map(async (id) => ({ id, dirs: await describeLogDirs(cluster, id) })),
  )
  if (form === 'plain') {
    stdout.write(`Received log directory information from brokers ${brokers.join(',')}\n`)
  }
  await show(shown(found, topics), { form, machine })
}

export const logDirs = adminTool(logDirsDeclaration, { required: ['describe'], act })

const items = (options: Options, name: string) =>
  javaSplit(options.text(name) ?? '', ',').filter((each) => each !== '')

async function chosenBrokers(cluster: Cluster, wanted: readonly string[]): Promise<number[]> {
  const existing = (await describeCluster(cluster)).nodes.map(({ id }) => id)
  const wrong = wanted.find((each) => !isJavaInteger(each))
  if (wrong !== undefined) {
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${wrong}"`)
  }
  const ids = [...new Set(wanted.map(Number))].sort((a, b) => a - b)
  if (ids.length === 0) return existing
  const missing = ids.filter((id) => !existing.includes(id))
  if (missing.length === 0) return ids
  const message = `ERROR: The given brokers do not exist from --broker-list: ${missing.join(',')}. Current existent brokers: ${existing.join(',')}`
  throw new ToolFailure(message, { stderr: `${message}\n` })
}

type BrokerDirs = { readonly id: number; readonly dirs: readonly LogDir[] }

function shown(found: readonly BrokerDirs[], topics: ReadonlySet<string>): Shown {
  const isWanted = ({ topic }: ReplicaInDir) => topics.size === 0 || topics.has(topic)
  return {
    json: () =>
      found.map(({ id, dirs }) => ({
        broker: id,
        logDirs: dirs.map(({ path, error, replicas, totalBytes, usableBytes }) => ({
          path,
          error: error?.error ?? null,
          totalBytes,
          usableBytes,
          replicas: replicas.filter(isWanted),
        })),
      })),
    plain: () => `${plain(found, isWanted)}\n`,
    none: 'There is nothing of these topics on these brokers.\n',
    table: () => ({
      head: ['BROKER', 'DIRECTORY', 'TOPIC', 'PARTITION', 'BYTES', 'LAG', ''],
      rows: found.flatMap(({ id, dirs }) =>
        dirs.flatMap(({ path, error, replicas }) =>
          error === null
            ? replicas.filter(isWanted).map((each) => replicaRow(id, path, each))
            : [[String(id), path, '', '', '', '', error.message]],
        ),
      ),
      aligns: ['right', 'left', 'left', 'right', 'right', 'right', 'left'],
    }),
  }
}

function replicaRow(id: number, path: string, each: ReplicaInDir): string[] {
  const note = each.isFuture ? 'moving here' : ''
  const { topic, partition, sizeBytes, offsetLag } = each
  return [String(id), path, topic, String(partition), String(sizeBytes), String(offsetLag), note]
}

/** Kafka's JSON: its keys and partitions come in the order of Java's maps, and scripts look at the first line that is JSON. */
function plain(found: readonly BrokerDirs[], isWanted: (each: ReplicaInDir) => boolean): string {
  const brokers = found.map(({ id, dirs }) => ({
    broker: id,
    logDirs: javaHashMapOrder(dirs, { hash: ({ path }) => javaHashCode(path) }).map(
      ({ path, error, replicas }) => ({
        partitions: ordered(ordered(replicas).filter(isWanted)).map((each) => ({
          partition: partitionKey(each.topic, each.partition),
          size: Number(each.sizeBytes),
          offsetLag: Number(each.offsetLag),
          isFuture: each.isFuture,
        })),
        error: error === null ? null : exceptionOf(error),
        logDir: path,
      }),
    ),
  }))
  return JSON.stringify({ brokers, version: 1 })
}

const ordered = (replicas: readonly ReplicaInDir[]) =>
  javaHashMapOrder(replicas, { hash: topicPartitionHash })
