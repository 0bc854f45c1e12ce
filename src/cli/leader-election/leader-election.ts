import { type Elected, type ElectionType, electLeaders } from '../../client/admin/elect-leaders.ts'
import { partitionKey } from '../../client/topic-partition.ts'
import { javaHashMapOrder, topicPartitionHash } from '../../protocol/java-hash-map.ts'
import { withCluster } from '../admin.ts'
import { JavaError, javaText } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { refuseTogether } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { type Shown, show } from '../output/show.ts'
import { findServer } from '../server.ts'
import { isTold, traced } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { leaderElectionDeclaration } from './declaration.ts'
import { electionRequest, ensureComplete } from './request.ts'

export const leaderElection: Tool = { declaration: leaderElectionDeclaration, run }

async function run(machine: Machine): Promise<number> {
  try {
    const options = parse(machine.argv, leaderElectionDeclaration.options)
    if (isVersionAlone(options, leaderElectionDeclaration, machine)) return 0
    refuseTogether(options, 'admin.config', ['command-config'])
    const server = await findServer(options, machine)
    ensureComplete(options, { needsServer: server.kind === 'none' })
    const { type, partitions } = electionRequest(options)
    const form = chosenForm(options, machine)
    const at = {
      tool: leaderElectionDeclaration.name,
      server,
      machine,
      file: file(options, machine),
    }
    return await withCluster(options, at, async (cluster, quiet) => {
      const results = await electLeaders(cluster, type, partitions)
      await show(shown(type, results), { form, machine: quiet })
      ensureElected(results)
      return 0
    })
  } catch (error) {
    throw isTold(error) ? error : traced(error)
  }
}

function file(options: Options, { stdout }: Machine): string | undefined {
  const old = options.text('admin.config')
  if (old === undefined) return options.text('command-config')
  stdout.write(
    'Option --admin.config has been deprecated and will be removed in a future version. Use --command-config instead.\n',
  )
  return old
}

/** What became of a partition: elected, no need, or the error. */
function outcome({ result }: Elected): 'elected' | 'valid' | 'failed' {
  if (result.ok) return 'elected'
  return result.error.error === 'ELECTION_NOT_NEEDED' ? 'valid' : 'failed'
}

function ensureElected(results: readonly Elected[]): void {
  const failures = results.filter((each) => outcome(each) === 'failed').length
  if (failures === 0) return
  throw new JavaError(
    'org.apache.kafka.tools.AdminCommandFailedException',
    `${failures} replica(s) could not be elected`,
  )
}

function shown(type: ElectionType, results: readonly Elected[]): Shown {
  const keyOf = ({ topic, partition }: Elected) => partitionKey(topic, partition)
  const whose = (wanted: ReturnType<typeof outcome>) =>
    results.filter((each) => outcome(each) === wanted)
  const inOrder = (all: readonly Elected[]) => javaHashMapOrder(all, { hash: topicPartitionHash })
  const line = (lead: string, all: readonly Elected[]) => {
    const names = inOrder(all).map(keyOf)
    return names.length === 0 ? '' : `${lead} for partitions ${names.join(', ')}\n`
  }
  const reason = ({ result }: Elected) => (result.ok ? '' : javaText(result.error))
  return {
    json: () =>
      results.map((each) => ({
        topic: each.topic,
        partition: each.partition,
        outcome: outcome(each),
        error: each.result.ok || outcome(each) === 'valid' ? null : each.result.error.error,
      })),
    plain: () =>
      line(`Successfully completed leader election (${type})`, whose('elected')) +
      line('Valid replica already elected', whose('valid')) +
      inOrder(whose('failed'))
        .map(
          (each) =>
            `Error completing leader election (${type}) for partition: ${keyOf(each)}: ${reason(each)}\n`,
        )
        .join(''),
    none: 'Every partition has the leader it should have.\n',
    table: () => ({
      head: ['TOPIC', 'PARTITION', 'OUTCOME', ''],
      rows: results.map((each) => [
        each.topic,
        String(each.partition),
        outcome(each) === 'valid' ? 'leads already' : outcome(each),
        each.result.ok || outcome(each) === 'valid' ? '' : each.result.error.message,
      ]),
      aligns: ['left', 'right', 'left', 'left'],
    }),
  }
}
