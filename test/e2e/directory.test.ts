/** One directory, served by Jackdaw and by Apache Kafka in turn: what the one wrote and acknowledged the other has, after a stop and after a kill. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { fill } from '../support/filling.ts'
import { expectFlawless } from '../support/flawless.ts'
import { goOn } from '../support/going-on.ts'
import { dataOf, type Kind, type OneBroker, startOn } from '../support/one-broker.ts'
import { contentOf } from '../support/seeing.ts'

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

describe.skipIf(!had.ok)(`one directory, two brokers${missing}`, () => {
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

  async function finish(how: 'stop' | 'kill'): Promise<void> {
    const ended = broker!
    broker = undefined
    await ended[how]()
  }

  test.each([
    { first: 'jackdaw', second: 'apache', how: 'stop' },
    { first: 'jackdaw', second: 'apache', how: 'kill' },
    { first: 'apache', second: 'jackdaw', how: 'stop' },
    { first: 'apache', second: 'jackdaw', how: 'kill' },
  ] as const)(
    '$first writes, ends by $how; $second opens, writes, ends so; $first goes on',
    {
      timeout: 300_000,
    },
    async ({ first, second, how }) => {
      const { connection } = await start(first)
      const identity = await fill(connection)
      await until(
        async () => readFileSync(join(dataOf(root), 'log-start-offset-checkpoint'), 'utf8'),
        (starts) => starts.includes('segments 0 250') && starts.includes('trimmed 0 7'),
      )
      const written = await contentOf(connection)
      expect(Object.keys(written.groups)).toEqual(['another', 'by-itself', 'new-protocol'])
      await finish(how)
      if (first === 'jackdaw' && how === 'stop') await expectFlawless(dataOf(root))

      const other = await start(second)
      expect(await contentOf(other.connection)).toEqual(written)
      const onward = await goOn(other, identity)
      const both = await contentOf(other.connection)
      await finish(how)
      if (second === 'jackdaw' && how === 'stop') await expectFlawless(dataOf(root))

      const again = await start(first)
      expect(await contentOf(again.connection)).toEqual(both)
      await goOn(again, onward)
      await finish('stop')
    },
  )
})
