/** One directory with transactions that are open, decided and ended, served by Jackdaw and by Apache Kafka in turn. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeTransactions } from '../../src/protocol/apis/describe-transactions.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { apache } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { type Kind, type OneBroker, startOn } from '../support/one-broker.ts'
import { ends, makeTopic, readCommitted, TransactionalProducer } from '../support/transacting.ts'

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

let root = ''
let broker: OneBroker | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-directory-'))
})
afterEach(async () => {
  await broker?.kill()
  rmSync(root, { recursive: true, force: true })
})

async function start(kind: Kind): Promise<OneBroker> {
  broker = await startOn(root, kind)
  return broker
}

async function kill(): Promise<void> {
  const ended = broker!
  broker = undefined
  await ended.kill()
}

async function stateOf({ connection }: OneBroker, id: string): Promise<string> {
  const answer = await connection.call(describeTransactions, { transactionalIds: [id] })
  const { errorCode, transactionState } = answer.transactionStates[0]!
  return errorCode === 0 ? transactionState : errorName(errorCode)
}

describe.skipIf(!had.ok)(`open transactions change hands${missing}`, () => {
  test.each([
    { first: 'jackdaw', second: 'apache' },
    { first: 'apache', second: 'jackdaw' },
  ] as const)(
    '$first is killed with one open; $second aborts it in its time',
    { timeout: 300_000 },
    async ({ first, second }) => {
      const { connection } = await start(first)
      await makeTopic(connection, 't', 2)
      const done = new TransactionalProducer(connection, 'done')
      await done.init()
      for (const [value, isCommitted] of [
        ['a', true],
        ['x', false],
        ['b', true],
      ] as const) {
        for (const partition of [0, 1]) await done.send('t', partition, value)
        await done.end(isCommitted)
      }
      const open = new TransactionalProducer(connection, 'open')
      // Longer than Kafka takes to start: one that it aborts meanwhile it leaves without markers for ever.
      await open.init(20_000)
      for (const partition of [0, 1]) await open.send('t', partition, 'never')
      await kill()

      const other = await start(second)
      await until(
        () => Promise.all(['done', 'open'].map((id) => stateOf(other, id))),
        (states) => states.join() === 'CompleteCommit,CompleteAbort',
      )
      for (const partition of [0, 1]) {
        await until(
          () => ends(other.connection, 't', partition),
          ({ stable, end }) => stable === end,
        )
        expect(await readCommitted(other.connection, 't', partition)).toEqual(['a', 'b'])
      }
      const again = new TransactionalProducer(other.connection, 'open')
      await again.init()
      await again.send('t', 0, 'c')
      await again.end(true)
      await kill()

      const back = await start(first)
      await until(
        () => stateOf(back, 'open'),
        (state) => state === 'CompleteCommit',
      )
      expect(await readCommitted(back.connection, 't', 0)).toEqual(['a', 'b', 'c'])
    },
  )
})

test('killed while transactions end: each is there whole or not at all', {
  timeout: 240_000,
}, async () => {
  const partitions = [0, 1, 2]
  const committed: string[] = []
  const begun = new Set<string>()
  for (let round = 0; round < 4; round++) {
    const { connection } = await start('jackdaw')
    if (round === 0) await makeTopic(connection, 't', partitions.length)
    const producer = new TransactionalProducer(connection, 'killed')
    await producer.init()
    const running = (async () => {
      for (let i = 0; ; i++) {
        const value = `${round}-${i}`
        begun.add(value)
        for (const partition of partitions) await producer.send('t', partition, value)
        await producer.end(true)
        committed.push(value)
      }
    })()
    running.catch(() => {})
    const { length } = committed
    await until(
      async () => committed.length,
      (count) => count >= length + 5 + round,
    )
    await kill()
    await expect(running).rejects.toThrow()
  }
  const { connection } = await start('jackdaw')
  const last = new TransactionalProducer(connection, 'killed')
  // Ends what is open; then nothing is unstable any more.
  await last.init()
  const found: string[][] = []
  for (const partition of partitions) {
    await until(
      () => ends(connection, 't', partition),
      ({ stable, end }) => stable === end,
    )
    found.push(await readCommitted(connection, 't', partition))
  }
  expect(found[1]).toEqual(found[0])
  expect(found[2]).toEqual(found[0])
  expect(found[0]).toEqual(expect.arrayContaining(committed))
  expect(new Set(found[0]).size).toBe(found[0]!.length)
  expect([...begun]).toEqual(expect.arrayContaining(found[0]!))
})
