/** How long nobody is acknowledged anything when the active controller, who leads partitions, too, is killed: 20 times. */
import { Admin } from '../src/client/admin.ts'
import { parseBootstrap } from '../src/client/bootstrap.ts'
import { flowing, inSync } from '../test/chaos/chaos.ts'
import { Gaps, libraryWriter } from '../test/chaos/writers.ts'
import { startJackdaw } from '../test/support/jackdaw.ts'

const kills = 20
const writeEveryMs = 4
const topic = 'failover'

const began = performance.now()
const jackdaw = await startJackdaw({ brokers: 3 })
console.log(`three brokers started and asked for their state in ${ms(performance.now() - began)}`)
const admin = new Admin({ bootstrap: parseBootstrap(jackdaw.bootstrap) })
const found: number[] = []
try {
  const configs = { 'min.insync.replicas': '2' }
  await admin.createTopics([{ name: topic, partitions: 6, replicationFactor: 3, configs }])
  await inSync(admin)
  const gaps = new Gaps()
  const writer = await libraryWriter(jackdaw, topic, gaps)
  const timer = setInterval(() => writer.write(), writeEveryMs)
  await flowing(gaps)
  while (found.length < kills) {
    const id = await admin.activeController()
    if (id === null) continue
    gaps.take()
    await jackdaw.kill(id)
    await flowing(gaps)
    found.push(gaps.take())
    await jackdaw.startBroker(id)
    await inSync(admin)
    await flowing(gaps)
  }
  clearInterval(timer)
  const { refused } = await writer.finish()
  const sorted = found.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(kills / 2)]!
  console.log(
    `${kills} kills of the controller: gap ${ms(median)} (median), ${ms(sorted.at(-1)!)} (worst)`,
  )
  console.log(`${refused} records refused`)
} finally {
  admin.close()
  await jackdaw.stop()
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
