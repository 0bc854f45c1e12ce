import { listPartitionReassignments, type Reassignment } from '../../client/admin/cluster.ts'
import { comparePartitions } from '../../client/topic-partition.ts'
import { show } from '../output/show.ts'
import { nameOf, type Run } from './run.ts'

export async function list({ cluster, machine, form }: Run): Promise<void> {
  const active = (await listPartitionReassignments(cluster)).sort(comparePartitions)
  await show(
    {
      json: () => active,
      plain: () =>
        active.length === 0
          ? 'No partition reassignments found.\n'
          : `Current partition reassignments:\n${active.map(line).join('')}`,
      table: () => ({
        head: ['TOPIC', 'PARTITION', 'REPLICAS', 'ADDING', 'REMOVING'],
        rows: active.map((each) => [
          each.topic,
          String(each.partition),
          each.replicas.join(','),
          each.addingReplicas.join(','),
          each.removingReplicas.join(','),
        ]),
        aligns: ['left', 'right', 'left', 'left', 'left'],
      }),
    },
    { form, machine },
  )
}

function line(each: Reassignment): string {
  const side = (word: string, ids: readonly number[]) =>
    ids.length === 0 ? '' : ` ${word}: ${ids.join(',')}.`
  const sides = side('adding', each.addingReplicas) + side('removing', each.removingReplicas)
  return `${nameOf(each)}: replicas: ${each.replicas.join(',')}.${sides}\n`
}
