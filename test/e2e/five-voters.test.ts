/** Five voters outlive two, also when both die at once and one of them decides for the cluster. */
import { afterEach, expect, test } from 'vitest'
import { describeQuorum } from '../../src/client/admin/quorum.ts'
import { Admin } from '../../src/client/admin.ts'
import { parseBootstrap } from '../../src/client/bootstrap.ts'
import { flowing, inSync, judged } from '../chaos/chaos.ts'
import { readAll } from '../chaos/reading.ts'
import { Gaps, libraryWriter, pipeWriter } from '../chaos/writers.ts'
import { until } from '../support/asking.ts'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { runChecked } from '../support/processes.ts'

const [topic, partitions] = ['kept', 10]
const writeEveryMs = 5
const all = [1, 2, 3, 4, 5]

let jackdaw: Jackdaw
let admin: Admin
const begin = async (brokers: number) => {
  jackdaw = await startJackdaw({ brokers })
  admin = new Admin({ bootstrap: parseBootstrap(jackdaw.bootstrap) })
}
afterEach(async () => {
  admin.close()
  await jackdaw.stop()
})

/** Who votes and has all that is safe: the high watermark counts a majority, so that it alone would not tell. */
const votersWithAll = async () => {
  const { voters, highWatermark } = await describeQuorum(admin.cluster)
  const complete = voters.filter(({ logEndOffset }) => logEndOffset >= highWatermark)
  return { voters: ids(voters), complete: ids(complete) }
}

const ids = (of: readonly { id: number }[]) => of.map(({ id }) => id).sort((a, b) => a - b)

const allVoteWithAll = () =>
  until(votersWithAll, (seen) => Object.values(seen).every((each) => each.join() === all.join()))

test('five brokers vote; two are killed at once, then two others, and writes go on', async () => {
  await begin(5)
  await allVoteWithAll()
  await twoDie(2)
}, 300_000)

test('three brokers become five, which vote, and outlive two', async () => {
  await begin(3)
  for (const _ of [4, 5]) await runChecked(jackdawCommand('jackdaw', ['add-broker'], jackdaw.env)!)
  await allVoteWithAll()
  await twoDie(1)
}, 300_000)

/** So many times the active controller dies, and another voter with it, while two write; then all are back, and nothing is lost. */
async function twoDie(times: number): Promise<void> {
  await admin.createTopics([{ name: topic, partitions, replicationFactor: 3 }])
  await inSync(admin)
  const gaps = new Gaps()
  const writers = [await libraryWriter(jackdaw, topic, gaps), pipeWriter(jackdaw, topic)]
  let written = 0
  const timer = setInterval(() => {
    for (const writer of writers) writer.write()
    written += writers.length
  }, writeEveryMs)
  try {
    for (let time = 0; time < times; time++) {
      await flowing(gaps)
      const controller = (await admin.activeController())!
      const other = all[(all.indexOf(controller) + 1 + time) % all.length]!
      await jackdaw.kill(controller, other)
      await flowing(gaps)
      const name = `while-two-are-away-${time}`
      await admin.createTopics([{ name, partitions: 3, replicationFactor: 3 }])
      await until(
        () => admin.activeController(),
        (now) => now !== controller,
      )
      await jackdaw.startBrokers(controller, other)
      await inSync(admin)
      await allVoteWithAll()
    }
  } finally {
    clearInterval(timer)
  }
  const finished = await Promise.all(writers.map((writer) => writer.finish()))
  const acknowledged = finished.flatMap((each) => each.acknowledged)
  expect(acknowledged).toHaveLength(written)
  const found = await readAll(jackdaw, topic, partitions)
  expect(judged(found, acknowledged)).toEqual({ lost: [], duplicated: [], reordered: [] })
}
