/** `npm run transcripts`: replays the transcripts with the tools of one maker against the broker of one. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  asAnsweredBy,
  clustersOf,
  isPlayable,
  isToDiffer,
  type Maker,
  makers,
  toolsOf,
} from './combinations.ts'
import { type Replayed, replayAll, report, type Scenario, scenariosIn } from './transcripts.ts'
import { sharedFolder } from './vectors.ts'

const usage = `npm run transcripts -- [--tools apache|jackdaw] [--broker apache|jackdaw] [--only 'kafka-topics/*'] [--jobs N] [--folder DIR] [--differences]`

/** Runs the command line and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      tools: { type: 'string', default: 'jackdaw' },
      broker: { type: 'string', default: 'jackdaw' },
      only: { type: 'string', multiple: true },
      jobs: { type: 'string', default: '1' },
      folder: { type: 'string', default: transcriptsFolder },
      differences: { type: 'boolean', default: false },
    },
  })
  const { tools: toolMaker, broker: brokerMaker } = values
  if (!isMaker(toolMaker) || !isMaker(brokerMaker)) {
    console.error(usage)
    return 1
  }
  const tools = toolsOf(toolMaker)
  const cluster = clustersOf(brokerMaker)
  const missing = [tools, cluster].find((each) => !each.ok)
  if (missing !== undefined && !missing.ok) {
    console.error(`cannot run: ${missing.reason}`)
    return 1
  }
  if (!tools.ok || !cluster.ok) return 1
  console.log(`tools: ${toolMaker}, broker: ${brokerMaker}, from ${values.folder}`)
  const all = scenariosIn(values.folder, values.only)
  const scenarios = all
    .filter((scenario) => isPlayable(scenario, toolMaker, brokerMaker))
    .filter((scenario) => isToDiffer(scenario, brokerMaker) === values.differences)
    .map((scenario) => asAnsweredBy(toolMaker, scenario))
  const play = (some: readonly Scenario[], jobs: number) =>
    replayAll({ scenarios: some, tools: tools.value, cluster: cluster.value, jobs, onResult: tell })
  let results = await play(scenarios, Number(values.jobs))
  const misplayed = new Set(results.filter(isMisplayed).map(({ name }) => name))
  // A virtual machine that starts slowly runs into the short timeouts of some sessions: alone it has the machine for itself.
  if (toolMaker === 'apache' && misplayed.size > 0) {
    console.log('\nonce more, one after the other:')
    const again = await play(
      scenarios.filter(({ name }) => misplayed.has(name)),
      1,
    )
    results = [...results.filter(({ name }) => !misplayed.has(name)), ...again]
  }
  const failed = results.filter(isMisplayed)
  if (failed.length > 0)
    console.log(`\nfailed:\n${failed.map(({ name }) => `  ${name}`).join('\n')}`)
  if (!values.differences) {
    const differing = all.filter((scenario) => isToDiffer(scenario, brokerMaker))
    tellOf('not played, because docs/differences.md tells that they differ', differing)
    const played = new Set([...scenarios, ...differing].map(({ name }) => name))
    const left = all.filter(({ name }) => !played.has(name))
    tellOf('not played, for want of a tool or of brokers', left)
  }
  console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`)
  return failed.length === 0 && results.length > 0 ? 0 : 1
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
