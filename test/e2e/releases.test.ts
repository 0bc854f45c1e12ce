/** Our tools against brokers of other releases of Apache Kafka: the oldest that they know, the last with ZooKeeper in it, and the newest. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  apacheRelease,
  type Broker,
  releaseLines,
  startRelease,
} from '../support/apache-releases.ts'
import { toolsOf } from '../support/combinations.ts'
import { projectRoot } from '../support/project.ts'
import { replay } from '../support/replayer.ts'
import { report, type Scenario, scenariosIn } from '../support/transcripts.ts'

const tools = toolsOf('jackdaw')
const everyday = scenariosIn(join(projectRoot, 'test', 'scripts'), ['any-kafka'])
const own = scenariosIn(join(projectRoot, 'test', 'releases'))

for (const line of releaseLines) {
  const had = apacheRelease(line)
  const missing = [tools, had].flatMap((each) => (each.ok ? [] : [` (skipped: ${each.reason})`]))[0]

  describe.skipIf(missing !== undefined)(
    `our tools, Kafka ${line}'s broker${missing ?? ''}`,
    () => {
      let broker: Broker | undefined
      beforeAll(async () => {
        if (had.ok) broker = await startRelease(line, had.value)
      })
      afterAll(() => broker?.stop())

      const scenarios = [...everyday, ...own.filter(({ name }) => name === line)]
      test.each(scenarios)('$name: $transcript.title', { timeout: 300_000 }, async (scenario) => {
        expect(await differences(scenario, broker!)).toBe('')
      })
    },
  )
}

async function differences({ name, transcript }: Scenario, { bootstrap }: Broker): Promise<string> {
  if (!tools.ok) throw new Error(tools.reason)
  // One broker, whose end is no part of these sessions.
  const never = () => Promise.reject(new Error('the broker of a release stays up'))
  const cluster = { bootstrap, startBroker: never, stopBroker: never }
  return report(name, await replay(transcript, tools.value, cluster))
}
