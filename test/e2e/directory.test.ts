/** One directory, served by Jackdaw and by Apache Kafka in turn: what the one wrote and acknowledged the other has, after a stop and after a kill. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apache, runApacheTool } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { append, commit, fill, type Identity, numbered } from '../support/filling.ts'
import { dataOf, type Kind, type OneBroker, startOn } from '../support/one-broker.ts'
import { contentOf, read } from '../support/seeing.ts'

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

/** The idempotent producer goes on where it was, on whichever broker; a batch that is sent twice is there once. */
async function goOn({ connection, kind }: OneBroker, identity: Identity): Promise<Identity> {
  const before = await read(connection, 'idempotent', 0, 0n)
  const records = numbered(4, `by ${kind}`)
  const batch = { topic: 'idempotent', ...identity, records }
  const offset = await append(connection, batch)
  expect(await append(connection, batch)).toBe(offset)
  const after = await read(connection, 'idempotent', 0, 0n)
  expect(after.slice(0, before.length)).toEqual(before)
  expect(after.length).toBe(before.length + 4)
  await append(connection, { topic: 'plain', partition: 1, records: numbered(5, kind) })
  await commit(connection, 'by-itself', 'plain', [3n, 51n])
  return { ...identity, baseSequence: identity.baseSequence + 4 }
}

/** Kafka's own tool finds nothing wrong in any file; that offsets begin above 0 or were compacted away is no fault. */
async function expectFlawless(data: string): Promise<void> {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(log|index|timeindex|txnindex|snapshot|checkpoint)$/.test(name))
    // What waits for its removal is left as it was when it was in use.
    .filter((name) => !name.includes('-delete/'))
    .map((name) => join(data, name))
    .sort()
  expect(files.length).toBeGreaterThan(30)
  const dumped = await runApacheTool('kafka-dump-log', [
    '--deep-iteration',
    '--files',
    files.join(','),
  ])
  expect(complaints(String(dumped.stdout) + String(dumped.stderr))).toEqual([])
  expect(dumped.code).toBe(0)
  const indexes = files.filter((name) => /index$/.test(name) && !name.endsWith('.txnindex'))
  const checked = await runApacheTool('kafka-dump-log', [
    '--index-sanity-check',
    '--files',
    indexes.join(','),
  ])
  expect({ code: checked.code, stderr: String(checked.stderr) }).toEqual({ code: 0, stderr: '' })
}

const wrong =
  /isvalid: false|invalid bytes|Exception|Ignoring|failed schema|ismatch|out of order|not found/

/** With the line after each, which tells more. Of a batch that compaction has emptied the tool looks for the time in vain. */
function complaints(said: string): string[] {
  const lines = said.split('\n')
  return lines
    .flatMap((line, i) => (wrong.test(line) ? [`${line} | ${lines[i + 1]}`] : []))
    .filter((each) => !/\/compacted-0\/.*, log timestamp: -1$/.test(each))
}
