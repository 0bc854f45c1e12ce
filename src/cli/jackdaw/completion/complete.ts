/** `jackdaw complete -- WORDS`: what the shell's script asks at every press of the tab key. */
import { listGroups } from '../../../client/admin/list-groups.ts'
import { listTopics } from '../../../client/admin/topics.ts'
import { parseBootstrap } from '../../../client/bootstrap.ts'
import { Cluster } from '../../../client/cluster.ts'
import { brokerIds } from '../../../cluster/brokers.ts'
import { localBootstrap } from '../../../cluster/local.ts'
import { declarationOf } from '../../declarations.ts'
import type { Machine } from '../../machine.ts'
import { toolNames } from '../../tools.ts'
import { clusterHost, context } from '../context.ts'
import { isTopicFirst, short } from '../short.ts'
import { type Candidate, candidatesOf, fitting } from './candidates.ts'
import { shells } from './scripts.ts'

// Whoever waits for a list of topics has a finger on the key.
const timeoutMs = 1500

/** The verbs of `jackdaw` as completion sees them. */
export type Verb = {
  readonly name: string
  readonly description: string
  readonly options: readonly Candidate[]
  /** What its first argument is called; null where it takes none. */
  readonly argument: string | null
}

/** Writes a line for each candidate: the word, and behind a tab what it means. A shell is told of no error. */
export async function complete(
  machine: Machine,
  words: readonly string[],
  verbs: readonly Verb[],
): Promise<void> {
  const [command = '', ...rest] = words
  const found = await candidates(machine, named(command, rest), verbs)
  if (found === 'file') {
    machine.stdout.write(':file\n')
    return
  }
  const lines = fitting(found, rest.at(-1) ?? '').map(({ text, description = '' }) => {
    return description === '' ? text : `${text}\t${description.replace(/\s+/g, ' ')}`
  })
  machine.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

type Line = { readonly tool: string | null; readonly words: readonly string[] }

/** `jackdaw topics …`, `jackdaw-topics …`, `kafka-topics.sh …` and `topics …` are the same. */
function named(command: string, rest: readonly string[]): Line {
  const name = command.replace(/^.*\//, '').replace(/\.sh$/, '')
  if (name === 'jackdaw') {
    const [first = '', ...others] = rest
    const shorthand = Object.hasOwn(short, first) ? short[first] : undefined
    if (shorthand !== undefined && others.length > 0) {
      const isTopic = others.length === 1 ? !others[0]!.startsWith('-') : isTopicFirst(others)
      return { tool: shorthand.tool, words: isTopic ? ['--topic', ...others] : others }
    }
    return toolNames.includes(first) && others.length > 0
      ? { tool: first, words: others }
      : { tool: null, words: rest }
  }
  const tool = name.replace(/^(kafka|jackdaw)-/, '')
  return { tool: toolNames.includes(tool) ? tool : null, words: rest }
}

async function candidates(
  machine: Machine,
  { tool, words }: Line,
  verbs: readonly Verb[],
): Promise<readonly Candidate[] | 'file'> {
  if (tool === null) return verbCandidates(machine, words, verbs)
  const wanted = candidatesOf(await declarationOf(tool), words)
  switch (wanted.kind) {
    case 'words':
      return wanted.words
    case 'file':
      return 'file'
    default:
      return names(machine, wanted.kind, { words, prefix: wanted.prefix ?? '' })
  }
}

function verbCandidates(
  machine: Machine,
  words: readonly string[],
  verbs: readonly Verb[],
): readonly Candidate[] | 'file' {
  if (words.length <= 1) return verbs.map(({ name, description }) => ({ text: name, description }))
  const verb = verbs.find(({ name }) => name === words[0])
  if (verb === undefined) return []
  const option = words.at(-2)!
  if (option === '--home' || option === '--config') return 'file'
  if (words.at(-1)!.startsWith('-')) return verb.options
  switch (verb.argument) {
    case 'shell':
      return shells.map((text) => ({ text }))
    case 'folder':
      return 'file'
    case 'id':
    case 'ids':
      return [...idsOf(machine, words), ...verb.options]
    default:
      return verb.options
  }
}

/** Those of the brokers of the cluster that is meant; none where there is no cluster. */
function idsOf(machine: Machine, words: readonly string[]): Candidate[] {
  try {
    const home = words.includes('--home') ? words[words.indexOf('--home') + 1] : undefined
    const at = context(machine, { home })
    return brokerIds(at.host, at.home).map((id) => ({ text: String(id) }))
  } catch {
    return []
  }
}

async function names(
  machine: Machine,
  kind: 'topic' | 'group',
  { words, prefix }: { words: readonly string[]; prefix: string },
): Promise<Candidate[]> {
  const behind = (option: string) => words[words.indexOf(option) + 1]
  const given = words.includes('--bootstrap-server') ? behind('--bootstrap-server') : undefined
  try {
    const bootstrap =
      given !== undefined
        ? parseBootstrap(given)
        : await localBootstrap({
            host: clusterHost,
            env: machine.env,
            home: words.includes('--home') ? behind('--home') : undefined,
            autoStart: false,
            onStarting: () => {},
          })
    const cluster = new Cluster({ bootstrap, requestTimeoutMs: timeoutMs })
    const found =
      kind === 'topic'
        ? (await listTopics(cluster, { timeoutMs })).map(({ name }) => name)
        : (await listGroups(cluster, { timeoutMs })).groups.map(({ groupId }) => groupId)
    return found.map((text) => ({ text: `${prefix}${text}` }))
  } catch {
    // No cluster, no names: the person goes on writing.
    return []
  }
}
