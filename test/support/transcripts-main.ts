/** `npm run transcripts`: replays the transcripts with the tools of one maker against the broker of one. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { clustersOf, isPlayable, type Maker, makers, toolsOf } from './combinations.ts'
import { replayAll, report, scenariosIn } from './transcripts.ts'
import { sharedFolder } from './vectors.ts'

const usage = `npm run transcripts -- [--tools apache|jackdaw] [--broker apache|jackdaw] [--only 'kafka-topics/*'] [--jobs N] [--folder DIR]`

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
  const scenarios = all.filter((scenario) => isPlayable(scenario, toolMaker, brokerMaker))
  const results = await replayAll({
    scenarios,
    tools: tools.value,
    cluster: cluster.value,
    jobs: Number(values.jobs),
    onResult: ({ name, differences, ms }) => {
      const verdict = differences.length === 0 ? 'pass' : 'FAIL'
      console.log(`${verdict}  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`)
      if (differences.length > 0) console.log(`\n${report(name, differences)}\n`)
    },
  })
  const failed = results.filter(({ differences }) => differences.length > 0)
  if (failed.length > 0)
    console.log(`\nfailed:\n${failed.map(({ name }) => `  ${name}`).join('\n')}`)
  if (scenarios.length < all.length) {
    const left = all.filter((scenario) => !scenarios.includes(scenario))
    const names = left.map(({ name }) => `  ${name}`).join('\n')
    console.log(`\nnot played, for want of a tool or of brokers:\n${names}`)
  }
  console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`)
  return failed.length === 0 && results.length > 0 ? 0 : 1
}

/** The recorded sessions: `JACKDAW_TRANSCRIPTS`, else `transcripts` in the shared folder. */
export const transcriptsFolder =
  process.env.JACKDAW_TRANSCRIPTS ?? join(sharedFolder, 'transcripts')

function isMaker(name: string): name is Maker {
  return makers.includes(name as Maker)
}
