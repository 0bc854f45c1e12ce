/**
 * Our broker gives the answers that Apache Kafka gave. `JACKDAW_FETCH=1 JACKDAW_RECORD=1 npx vitest run test/e2e/answers.test.ts` asks
 * Apache Kafka anew and writes down what it says; whoever commits a change there can say why it changed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { scenes } from '../answers/index.ts'
import { type Answers, play } from '../answers/scene.ts'
import { startApacheKafka } from '../support/apache-cluster.ts'
import { startJackdaw } from '../support/jackdaw.ts'
import { projectRoot } from '../support/project.ts'

const config = { 'num.partitions': 1, 'group.initial.rebalance.delay.ms': 0 }
const recording = (name: string) => join(projectRoot, 'test', 'answers', `${name}.json`)

let end: (() => Promise<void>) | undefined
afterEach(async () => {
  await end?.()
  end = undefined
})

if (process.env.JACKDAW_RECORD === '1') {
  test.each(scenes)('recording: $name', { timeout: 300_000 }, async (scene) => {
    const kafka = await startApacheKafka({ config: { ...config, ...scene.config } })
    end = kafka.stop
    // What its controller has decided reaches its broker a little later.
    const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 200))
    const answers = await play(scene, kafka.bootstrap, { settle })
    writeFileSync(recording(scene.name), `${JSON.stringify(answers, null, 1)}\n`)
  })
} else {
  describe.each(scenes)('$name', (scene) => {
    test('as Apache Kafka answers', { timeout: 120_000 }, async () => {
      // Recorded with voters of the configuration, at kraft.version 0.
      const jackdaw = await startJackdaw({
        config: { ...config, ...scene.config, 'jackdaw.voters': 1 },
      })
      end = jackdaw.stop
      const expected: Answers = JSON.parse(readFileSync(recording(scene.name), 'utf8'))
      expect(await play(scene, jackdaw.bootstrap)).toEqual(expected)
    })
  })
}
