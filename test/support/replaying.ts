/** Transcripts as tests: each scenario one test, on clusters that live as long as they are needed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clustersOf, isPlayable, isToDiffer, toolsOf } from './combinations.ts'
import { replay } from './replayer.ts'
import { type OwnedCluster, report, type Scenario } from './transcripts.ts'
import type { Verdict } from './verdicts.ts'

/** Declares the tests of scenarios, with Jackdaw's tools against Jackdaw's broker. Those of recorded sessions go into the table of all. */
export function testScenarios(
  scenarios: readonly Scenario[],
  note: (name: string, verdict: Verdict) => void = () => {},
): void {
  const playable = scenarios.filter(
    (scenario) => isPlayable(scenario, 'jackdaw', 'jackdaw') && !isToDiffer(scenario, 'jackdaw'),
  )
  for (const scenario of scenarios) {
    if (playable.includes(scenario)) continue
    note(scenario.name, isToDiffer(scenario, 'jackdaw') ? 'differs' : '–')
  }
  const check = async (scenario: Scenario, cluster: OwnedCluster) => {
    const said = await differences(scenario, cluster)
    note(scenario.name, said === '' ? 'pass' : 'FAIL')
    // What differs is the message, so that a summary of a run tells it.
    expect(said, said).toBe('')
  }
  const checkAlone = async (scenario: Scenario) => {
    const cluster = await newCluster(scenario.transcript.cluster)
    try {
      await check(scenario, cluster)
    } finally {
      await cluster.close()
    }
  }
  const tried = new Set<Scenario>()
  const shared = playable.filter(({ transcript }) => !transcript.fresh)
  const fresh = playable.filter(({ transcript }) => transcript.fresh)

  for (const brokers of new Set(shared.map(({ transcript }) => transcript.cluster))) {
    const members = shared.filter(({ transcript }) => transcript.cluster === brokers)
    describe.concurrent(`on one cluster of ${brokers}`, () => {
      let cluster: OwnedCluster | undefined
      beforeAll(async () => {
        cluster = await newCluster(brokers)
      })
      afterAll(() => cluster?.close())
      // A stopped broker is everybody's trouble: with several brokers, one scenario after the other.
      inLanes(members, brokers > 1 ? 1 : 2, async (scenario) => {
        const isSecondTry = tried.has(scenario)
        tried.add(scenario)
        // What the first try left would stand in its way.
        await (isSecondTry ? checkAlone(scenario) : check(scenario, cluster!))
      })
    })
  }

  if (fresh.length > 0) {
    describe.concurrent('on a cluster of its own', () => inLanes(fresh, 2, checkAlone))
  }
}

/**
 * Scenarios wait more than they work, so several run at a time: as many as there are lanes, each lane in order. (Vitest's own limit
 * would let the sessions of an ordered suite come last: each queues behind all that may run at any time.)
 */
function inLanes(
  scenarios: readonly Scenario[],
  lanes: number,
  play: (scenario: Scenario) => Promise<void>,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const members = scenarios.filter((_, index) => index % lanes === lane)
    if (members.length === 0) continue
    describe.concurrent(`lane ${lane + 1}`, () => {
      test.sequential.each(members)('$name: $transcript.title', { timeout: 300_000 }, play)
    })
  }
}

async function differences(scenario: Scenario, cluster: OwnedCluster): Promise<string> {
  return report(scenario.name, await replay(scenario.transcript, jackdawTools(), cluster))
}

function jackdawTools() {
  const tools = toolsOf('jackdaw')
  if (!tools.ok) throw new Error(tools.reason)
  return tools.value
}

function newCluster(brokers: number): Promise<OwnedCluster> {
  const clusters = clustersOf('jackdaw')
  if (!clusters.ok) throw new Error(clusters.reason)
  return clusters.value(brokers)
}
