/** `jackdaw start --restart`: who crashes comes back, who was ended on purpose does not. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../support/asking.ts'
import { gone } from '../support/jackdaw.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

const pidOf = async (): Promise<number | null> => (await session.status()).brokers[0]!.pid
/** The process of the supervisor, which tells how things stand: as long as it is there, so is the broker. */
const supervisor = (): number =>
  Number(readFileSync(join(session.home, 'run', '1.supervisor'), 'utf8').split(' ')[0])
const running = (stdout: string) => stdout.includes('running')

test('a crashed broker is started again, after a restart of the cluster too; a killed or stopped one is not', async () => {
  const { sh } = session
  expect(await sh('jackdaw start --restart')).toMatchObject({ code: 0 })
  await sh('topics --create --topic kept')
  const first = (await pidOf())!
  process.kill(first, 'SIGKILL')
  await gone(first)
  const second = await until(pidOf, (pid) => pid !== null && pid !== first)
  await until(async () => (await sh('jackdaw status')).stdout, running)
  expect((await sh('topics --list --no-start')).stdout).toBe('kept\n')
  expect((await sh('jackdaw logs')).stdout).toContain('broker 1 ended with SIGKILL')

  expect(await sh('jackdaw restart')).toMatchObject({ code: 0 })
  await gone(second!)
  const third = (await pidOf())!
  process.kill(third, 'SIGKILL')
  await gone(third)
  await until(pidOf, (pid) => pid !== null && pid !== third)
  await until(async () => (await sh('jackdaw status')).stdout, running)

  for (const verb of ['kill 1 --hard', 'kill 1', 'stop']) {
    const watcher = supervisor()
    expect(await sh(`jackdaw ${verb}`)).toMatchObject({ code: 0 })
    await gone(watcher)
    expect((await session.status()).brokers[0]!.state).toBe('stopped')
    expect(await sh('jackdaw start --restart')).toMatchObject({ code: 0 })
  }
}, 180_000)

test('who crashes again and again is started again after twice as long each time', async () => {
  const { sh } = session
  expect(await sh('jackdaw start --restart')).toMatchObject({ code: 0 })
  for (const delayMs of [200, 400, 800]) {
    const pid = (await pidOf())!
    const crashedAt = performance.now()
    process.kill(pid, 'SIGKILL')
    await until(pidOf, (now) => now !== null && now !== pid)
    expect(performance.now() - crashedAt).toBeGreaterThanOrEqual(delayMs)
    await until(async () => (await sh('jackdaw status')).stdout, running)
    expect((await sh('jackdaw logs')).stdout).toContain(
      `broker 1 ended with SIGKILL; it is started again in ${delayMs} ms`,
    )
  }
}, 180_000)

test('a broker that cannot start is told at once and not tried again; one that runs without a supervisor gets none', async () => {
  const { sh, home } = session
  expect(await sh('jackdaw start')).toMatchObject({ code: 0 })
  expect(await sh('jackdaw start --restart')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"jackdaw stop 1" first'),
  })
  await sh('jackdaw stop')
  writeFileSync(join(home, 'broker-1.properties'), 'node.id=1\nnum.partitions=none\n')
  const refused = await sh('jackdaw start --restart')
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('num.partitions') })
}, 60_000)
