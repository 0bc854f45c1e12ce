/** `npm run transcripts`: replays the transcripts with the tools of one maker against the broker of one, or in all four combinations. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apacheCommand } from './apache.ts'
import {
  asAnsweredBy,
  clustersOf,
  isPlayable,
  isToDiffer,
  type Maker,
  makers,
  toolsOf,
} from './combinations.ts'
import { record } from './recorder.ts'
import { type Replayed, replayAll, report, type Scenario, scenariosIn } from './transcripts.ts'
import { sharedFolder } from './vectors.ts'
import { type Combination, combinations, Verdicts } from './verdicts.ts'

const usage = `npm run transcripts -- [--tools apache|jackdaw] [--broker apache|jackdaw] [--all] [--table] [--only 'kafka-topics/*'] [--jobs N] [--folder DIR] [--differences] [--record] [--prepare]
  --all    plays the four combinations and shows them in one table
  --table  shows what was gathered in the file that JACKDAW_VERDICTS names
  --record rewrites, in the folder, what these tools and this broker answer otherwise; each session on a cluster of its own
  --prepare fetches Apache Kafka and makes what its tools start quicker with, and plays nothing`

type Values = { only?: string[]; jobs: string; folder: string; differences: boolean }
type Counts = { passed: number; failed: number }

/** Runs the command line and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      tools: { type: 'string', default: 'jackdaw' },
      broker: { type: 'string', default: 'jackdaw' },
      all: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      jobs: { type: 'string', default: '1' },
      folder: { type: 'string', default: transcriptsFolder },
      differences: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      prepare: { type: 'boolean', default: false },
    },
  })
  if (values.prepare) return apacheCommand('kafka-topics', []) === null ? 1 : 0
  const { tools, broker } = values
  if (!isMaker(tools) || !isMaker(broker)) {
    console.error(usage)
    return 1
  }
  if (values.record) return recordAll({ tools, broker }, values)
  const verdicts = values.table ? Verdicts.saved() : new Verdicts()
  const counts: Counts = { passed: 0, failed: 0 }
  if (!values.table) {
    for (const combination of values.all ? combinations : [{ tools, broker }]) {
      const more = await playIn(combination, values, verdicts)
      if (more === null) return 1
      counts.passed += more.passed
      counts.failed += more.failed
    }
  }
  if (values.all || values.table) {
    const names = scenariosIn(values.folder, values.only).map(({ name }) => name)
    console.log(`\n${verdicts.table(names)}`)
  }
  if (values.table) return 0
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

/** Writes down what tools answer; gives the exit code. */
async function recordAll(combination: Combination, values: Values): Promise<number> {
  const tools = toolsOf(combination.tools)
  const clusters = clustersOf(combination.broker)
  if (!tools.ok || !clusters.ok) return 1
  for (const { name, transcript } of scenariosIn(values.folder, values.only)) {
    const cluster = await clusters.value(transcript.cluster)
    try {
      const count = await record(join(values.folder, `${name}.txt`), tools.value, cluster)
      console.log(`${name}: ${count} answers rewritten`)
    } finally {
      await cluster.close()
    }
  }
  return 0
}

/** Null where a maker's tools or broker cannot be had. */
async function playIn(
  combination: Combination,
  values: Values,
  verdicts: Verdicts,
): Promise<Counts | null> {
  const tools = toolsOf(combination.tools)
  const cluster = clustersOf(combination.broker)
  const missing = [tools, cluster].find((each) => !each.ok)
  if (missing !== undefined && !missing.ok) console.error(`cannot run: ${missing.reason}`)
  if (!tools.ok || !cluster.ok) return null
  console.log(`tools: ${combination.tools}, broker: ${combination.broker}, from ${values.folder}`)
  const all = scenariosIn(values.folder, values.only)
  const scenarios = all
    .filter((scenario) => isPlayable(scenario, combination.tools, combination.broker))
    .filter((scenario) => isToDiffer(scenario, combination.broker) === values.differences)
    .map((scenario) => asAnsweredBy(combination.tools, scenario))
  const play = (some: readonly Scenario[], jobs: number) =>
    replayAll({ scenarios: some, tools: tools.value, cluster: cluster.value, jobs, onResult: tell })
  let results = await play(scenarios, Number(values.jobs))
  const misplayed = new Set(results.filter(isMisplayed).map(({ name }) => name))
  // A virtual machine that starts slowly runs into the short timeouts of some sessions: alone it has the machine for itself. And
  // Apache's broker may still describe what was before a change that it has confirmed, to tools that come as soon as ours.
  if (Object.values(combination).includes('apache') && misplayed.size > 0) {
    console.log('\nonce more, one after the other:')
    const again = await play(
      scenarios.filter(({ name }) => misplayed.has(name)),
      1,
    )
    results = [...results.filter(({ name }) => !misplayed.has(name)), ...again]
  }
  for (const each of results) {
    verdicts.note(combination, each.name, isMisplayed(each) ? 'FAIL' : 'pass')
  }
  const failed = results.filter(isMisplayed)
  if (failed.length > 0)
    console.log(`\nfailed:\n${failed.map(({ name }) => `  ${name}`).join('\n')}`)
  if (!values.differences) tellUnplayed(combination, { all, played: scenarios }, verdicts)
  return { passed: results.length - failed.length, failed: failed.length }
}

function tellUnplayed(
  combination: Combination,
  { all, played }: { all: readonly Scenario[]; played: readonly Scenario[] },
  verdicts: Verdicts,
): void {
  const names = new Set(played.map(({ name }) => name))
  const left = all.filter(({ name }) => !names.has(name))
  const differing = left.filter((scenario) => isToDiffer(scenario, combination.broker))
  const unplayable = left.filter((scenario) => !differing.includes(scenario))
  for (const { name } of differing) verdicts.note(combination, name, 'differs')
  for (const { name } of unplayable) verdicts.note(combination, name, '–')
  tellOf('not played, because docs/differences.md tells that they differ', differing)
  tellOf('not played, for want of a tool or of brokers', unplayable)
}

const isMisplayed = ({ differences }: Replayed): boolean => differences.length > 0

function tell({ name, differences, ms }: Replayed): void {
  const verdict = differences.length === 0 ? 'pass' : 'FAIL'
  console.log(`${verdict}  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`)
  if (differences.length > 0) console.log(`\n${report(name, differences)}\n`)
}

function tellOf(what: string, scenarios: readonly Scenario[]): void {
  if (scenarios.length === 0) return
  console.log(`\n${what}:\n${scenarios.map(({ name }) => `  ${name}`).join('\n')}`)
}

/** The recorded sessions: `JACKDAW_TRANSCRIPTS`, else `transcripts` in the shared folder. */
export const transcriptsFolder =
  process.env.JACKDAW_TRANSCRIPTS ?? join(sharedFolder, 'transcripts')

function isMaker(name: string): name is Maker {
  return makers.includes(name as Maker)
}
