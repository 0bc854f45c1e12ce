/** A cluster that began with one broker outlives that broker, once it has grown. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(() => {
  session = newSession()
})
afterEach(() => session.end())

const patienceMs = 60_000

const until: Session['until'] = (line, ready) => session.until(line, ready)

const voters = async (): Promise<number[]> => {
  const { stdout } = await session.sh('metadata-quorum describe --status --output json')
  const { currentVoters } = JSON.parse(stdout) as { currentVoters: { id: number }[] }
  return currentVoters.map(({ id }) => id).sort((a, b) => a - b)
}

const lines = async (count: number): Promise<number[]> => {
  const line = `console-consumer --topic kept --from-beginning --max-messages ${count} --timeout-ms ${patienceMs}`
  const { stdout } = await session.sh(line, 2 * patienceMs)
  return stdout
    .trim()
    .split('\n')
    .map(Number)
    .sort((a, b) => a - b)
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('one broker, then three; the first is killed, and everything goes on', async () => {
  const { sh } = session
  await sh('jackdaw start')
  await sh('topics --create --topic kept --partitions 2')
  await sh('seq 100 | console-producer --topic kept')
  await sh('jackdaw add-broker')
  expect(await voters(), 'two would outlive no more than one').toEqual([1])
  expect((await sh('jackdaw add-broker')).stdout).toContain('brokers 1, 2, 3 vote')
  expect(await voters()).toEqual([1, 2, 3])

  const moves = [0, 1].map((partition) => ({ topic: 'kept', partition, replicas: [1, 2, 3] }))
  const file = join(session.folder, 'moves.json')
  writeFileSync(file, JSON.stringify({ version: 1, partitions: moves }))
  await sh(`reassign-partitions --reassignment-json-file ${file} --execute`)
  const isWide = (stdout: string) => stdout.match(/Isr: (\d,){2}\d/g)?.length === 2
  await until('topics --describe --topic kept', isWide)

  await sh('jackdaw kill 1 --hard')
  expect(await sh('seq 101 200 | console-producer --topic kept')).toMatchObject({ code: 0 })
  await sh('topics --create --topic later --partitions 2 --replication-factor 2')
  expect((await sh('topics --list')).stdout).toContain('later')
  expect(await lines(200)).toEqual(numbers(200))

  await sh('jackdaw start 1')
  await until('topics --describe --topic kept', isWide)
  expect((await sh('metadata-quorum describe --replication')).stdout).not.toContain('Observer')
  expect(await lines(200)).toEqual(numbers(200))
}, 300_000)

test('a broker goes that votes: another one takes its place, or one votes alone', async () => {
  const { sh } = session
  await sh('jackdaw start --brokers 3')
  expect(await voters()).toEqual([1, 2, 3])
  await sh('jackdaw add-broker')
  expect((await sh('jackdaw remove-broker 2')).stdout).toContain('brokers 1, 3, 4 vote')
  expect((await sh('jackdaw remove-broker 3')).stdout).toMatch(/brokers? [14] vote/)
  expect(await voters()).toHaveLength(1)
  await sh('topics --create --topic kept --partitions 1')
  expect((await sh('topics --list')).stdout).toContain('kept')
}, 300_000)

test('a home of static voters becomes one of voters that come and go', async () => {
  const { sh, home } = session
  // As a broker of an older version left it: no voters in its log.
  await sh('jackdaw start')
  await sh('jackdaw stop')
  const data = join(home, 'data', '1')
  for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true })
  const properties = join(home, 'broker-1.properties')
  writeFileSync(properties, `${readFileSync(properties, 'utf8')}jackdaw.voters=1\n`)
  await sh('jackdaw start')
  await sh('topics --create --topic kept --partitions 1')
  expect((await sh('features describe')).stdout).toMatch(
    /kraft\.version .*FinalizedVersionLevel: 0/,
  )

  await sh('jackdaw add-broker')
  expect((await sh('jackdaw add-broker')).stdout).toContain('brokers 1, 2, 3 vote')
  expect((await sh('features describe')).stdout).toMatch(
    /kraft\.version .*FinalizedVersionLevel: 1/,
  )
  await sh('jackdaw kill 1 --hard')
  expect(await sh('topics --create --topic later --partitions 1')).toMatchObject({ code: 0 })
}, 300_000)
