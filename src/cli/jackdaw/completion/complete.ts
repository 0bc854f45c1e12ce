/** `jackdaw complete -- WORDS`: what the shell's script asks at every press of the tab key. */
import { listGroups } from '../../../client/admin/list-groups.ts'
import { listTopics } from '../../../client/admin/topics.ts'
import { parseBootstrap } from '../../../client/bootstrap.ts'
import { Cluster } from '../../../client/cluster.ts'
import { localBootstrap } from '../../../cluster/local.ts'
import { declarationOf } from '../../declarations.ts'
import type { Machine } from '../../machine.ts'
import { toolNames } from '../../tools.ts'
import { clusterHost } from '../context.ts'
import { type Candidate, candidatesOf, fitting } from './candidates.ts'

// Whoever waits for a list of topics has a finger on the key.
const timeoutMs = 1500

/** The verbs of `jackdaw` as completion sees them. */
export type Verb = {
  readonly name: string
  readonly description: string
  readonly options: readonly Candidate[]
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
  if (tool === null) return verbCandidates(words, verbs)
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

function verbCandidates(words: readonly string[], verbs: readonly Verb[]): readonly Candidate[] {
  if (words.length > 1) return verbs.find(({ name }) => name === words[0])?.options ?? []
  return verbs.map(({ name, description }) => ({ text: name, description }))
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
