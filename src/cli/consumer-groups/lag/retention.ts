/** What retention takes away, read or not. */
import { describeCluster } from '../../../client/admin/cluster.ts'
import { describeConfigs } from '../../../client/admin/configs.ts'
import { describeLogDirs } from '../../../client/admin/log-dirs.ts'
import { KafkaError } from '../../../protocol/errors.ts'
import type { Asking } from '../ask.ts'
import { nameOf, type TopicPartition } from '../describe/view.ts'

export type Retention = {
  /** After this time records go; null where they stay. */
  readonly retentionMs: number | null
  /** Beyond this size of the partition its oldest records go; null where they stay. */
  readonly retentionBytes: number | null
  /** How large the partition is on disk; asked only where that decides what goes, null where nobody told. */
  readonly sizeBytes: number | null
}

export const keepsAll: Retention = { retentionMs: null, retentionBytes: null, sizeBytes: null }

const configs = ['retention.ms', 'retention.bytes', 'cleanup.policy']

/** By the name of the partition; one that keeps everything is left out. */
export async function retentionsOf(
  asking: Asking,
  partitions: readonly TopicPartition[],
): Promise<Map<string, Retention>> {
  const limits = await limitsOf(asking, new Set(partitions.map(({ topic }) => topic)))
  const sized = partitions.filter(({ topic }) => limits.get(topic)?.retentionBytes != null)
  const sizes = sized.length === 0 ? new Map<string, number>() : await sizesOf(asking, sized)
  return new Map(
    partitions.flatMap((each) => {
      const limit = limits.get(each.topic)
      const sizeBytes = sizes.get(nameOf(each)) ?? null
      return limit === undefined ? [] : [[nameOf(each), { ...limit, sizeBytes }]]
    }),
  )
}

type Limits = Pick<Retention, 'retentionMs' | 'retentionBytes'>

async function limitsOf(
  { cluster, timeoutMs }: Asking,
  topics: ReadonlySet<string>,
): Promise<Map<string, Limits>> {
  const resources = [...topics].map((name) => ({ type: 'topic' as const, name }))
  if (resources.length === 0) return new Map()
  const described = await describeConfigs(cluster, resources, { timeoutMs, names: configs })
  const found = new Map<string, Limits>()
  for (const [{ name }, result] of described) {
    if (!result.ok) continue
    const value = (config: string) => result.value.find((each) => each.name === config)?.value
    const limit = (config: string) => {
      const number = Number(value(config) ?? -1)
      return number < 0 ? null : number
    }
    if (!(value('cleanup.policy') ?? 'delete').includes('delete')) continue
    found.set(name, {
      retentionMs: limit('retention.ms'),
      retentionBytes: limit('retention.bytes'),
    })
  }
  return found
}

/** Replicas end in the same place and need not begin there: the largest one counts. */
async function sizesOf(
  { cluster, timeoutMs }: Asking,
  of: readonly TopicPartition[],
): Promise<Map<string, number>> {
  const { nodes } = await describeCluster(cluster, { timeoutMs })
  const sizes = new Map<string, number>()
  const answers = await Promise.all(
    nodes.map(({ id }) =>
      describeLogDirs(cluster, id, { timeoutMs, of }).catch((error) => {
        // Without a broker, or the right to ask it, there are no sizes; all the rest can be told.
        if (error instanceof KafkaError) return []
        throw error
      }),
    ),
  )
  for (const { replicas } of answers.flat()) {
    for (const { isFuture, sizeBytes, ...at } of replicas) {
      if (isFuture) continue
      sizes.set(nameOf(at), Math.max(sizes.get(nameOf(at)) ?? 0, Number(sizeBytes)))
    }
  }
  return sizes
}
