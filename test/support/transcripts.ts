/** Finds transcripts and replays them, with as few clusters as their heads allow. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Difference, type ReplayCluster, replay, type Tools } from './replayer.ts'
import { parseTranscript, splitWords, type Transcript } from './transcript.ts'

export type Scenario = { name: string; transcript: Transcript }
export type Replayed = { name: string; differences: Difference[]; ms: number }
export type OwnedCluster = ReplayCluster & { close(): Promise<void> }

/** Every transcript under the folder whose name (`tool/slug`) fits one of the patterns (`*` stands for anything). */
export function scenariosIn(folder: string, only: readonly string[] = []): Scenario[] {
  const patterns = only.map(
    (pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`),
  )
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -'.txt'.length))
    .filter((name) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name)))
    .sort()
    .map((name) => ({ name, transcript: parsed(join(folder, `${name}.txt`)) }))
}

/** The tools that a transcript runs. */
export function toolsOfTranscript({ steps }: Transcript): string[] {
  return steps.flatMap((step) => (step.kind === 'command' ? [splitWords(step.source)[0]!] : []))
}

export type Replay = {
  scenarios: readonly Scenario[]
  tools: Tools
  /** Starts a cluster of so many brokers, empty. */
  cluster: (brokers: number) => Promise<OwnedCluster>
  /** How many scenarios run at the same time; their topics and groups have names of their own. */
  jobs?: number
  onResult?: (result: Replayed) => void
}

/** Replays scenarios of equal size on one cluster, those that say `fresh` each on a new one. */
export async function replayAll({
  scenarios,
  tools,
  cluster,
  jobs = 1,
  onResult = () => {},
}: Replay): Promise<Replayed[]> {
  const results: Replayed[] = []
  const playOn = async (scenario: Scenario, stage: ReplayCluster) => {
    const began = performance.now()
    const differences = await replay(scenario.transcript, tools, stage)
    const result = { name: scenario.name, differences, ms: performance.now() - began }
    results.push(result)
    onResult(result)
  }
  for (const { brokers, fresh, members } of groupsOf(scenarios)) {
    if (fresh) {
      for (const scenario of members) {
        const stage = await cluster(brokers)
        await playOn(scenario, stage).finally(() => stage.close())
      }
      continue
    }
    const stage = await cluster(brokers)
    try {
      // A stopped broker is everybody's trouble: with several brokers, one scenario after the other.
      await inParallel(brokers > 1 ? 1 : jobs, members, (scenario) => playOn(scenario, stage))
    } finally {
      await stage.close()
    }
  }
  return results.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** A difference for people: where, which command, what. */
export function report(name: string, differences: readonly Difference[]): string {
  return differences
    .map(({ line, what, text }) => `${name}.txt:${line}  ${what}\n${text}`)
    .join('\n\n')
}

function groupsOf(scenarios: readonly Scenario[]) {
  const groups = new Map<string, { brokers: number; fresh: boolean; members: Scenario[] }>()
  for (const scenario of scenarios) {
    const { cluster: brokers, fresh } = scenario.transcript
    const key = `${fresh} ${brokers}`
    const group = groups.get(key) ?? { brokers, fresh, members: [] }
    group.members.push(scenario)
    groups.set(key, group)
  }
  return groups.values()
}

async function inParallel<T>(
  jobs: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items]
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: jobs }, worker))
}

function parsed(path: string): Transcript {
  try {
    return parseTranscript(readFileSync(path))
  } catch (error) {
    throw new Error(`${path}, ${(error as Error).message}`, { cause: error })
  }
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}
