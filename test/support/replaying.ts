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
    describe(`on one cluster of ${brokers}`, () => {
      let cluster: OwnedCluster | undefined
      beforeAll(async () => {
        cluster = await newCluster(brokers)
      })
      afterAll(() => cluster?.close())
      test.each(members)('$name: $transcript.title', { timeout: 120_000 }, async (scenario) => {
        const isSecondTry = tried.has(scenario)
        tried.add(scenario)
        // What the first try left would stand in its way.
        await (isSecondTry ? checkAlone(scenario) : check(scenario, cluster!))
      })
    })
  }

  describe.runIf(fresh.length > 0)('on a cluster of its own', () => {
    test.each(fresh)('$name: $transcript.title', { timeout: 120_000 }, checkAlone)
  })
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
