/** Three directories, served by three Jackdaw nodes and by three nodes of Apache Kafka in turn: the one goes on where the other stopped, quorum and copies included. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { apache } from '../support/apache.ts'
import { type Asked, until } from '../support/asking.ts'
import { fill } from '../support/filling.ts'
import { expectFlawless } from '../support/flawless.ts'
import { goOn } from '../support/going-on.ts'
import type { Kind } from '../support/one-broker.ts'
import { contentOf, expectContent, type Seen } from '../support/seeing.ts'
import { directoriesOf, startThreeOn, type ThreeNodes } from '../support/three-nodes.ts'

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

describe.skipIf(!had.ok)(`three directories, two kinds of nodes${missing}`, () => {
  let root = ''
  let nodes: ThreeNodes | undefined
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'jackdaw-directories-'))
  })
  afterEach(async () => {
    await nodes?.kill()
    rmSync(root, { recursive: true, force: true })
  })

  async function start(kind: Kind): Promise<ThreeNodes> {
    nodes = await startThreeOn(root, kind)
    await allInSync(nodes.connection)
    return nodes
  }

  async function finish(how: 'stop' | 'kill'): Promise<void> {
    const ended = nodes!
    nodes = undefined
    await ended[how]()
  }

  test.each([{ how: 'stop' }, { how: 'kill' }] as const)(
    'Jackdaw writes, ends by $how; Apache Kafka has all of it, writes, ends so; Jackdaw goes on',
    { timeout: 400_000 },
    async ({ how }) => {
      const ours = await start('jackdaw')
      const identity = await fill(ours.connection)
      const written = await contentOf(ours.connection)
      expect(Object.keys(written.groups)).toEqual(['another', 'by-itself', 'new-protocol'])
      await finish(how)
      if (how === 'stop') await expectEqualAndFlawless(root)

      const theirs = await start('apache')
      await expectContentSoon(theirs.connection, written)
      const onward = await goOn(theirs, identity)
      const both = await contentOf(theirs.connection)
      await finish(how)

      const again = await start('jackdaw')
      await expectContentSoon(again.connection, both)
      await goOn(again, onward)
      await finish('stop')
      if (how === 'stop') await expectEqualAndFlawless(root)
    },
  )
})

/** Every partition has a leader and all of its three copies. */
async function allInSync(connection: Asked): Promise<void> {
  await until(
    async () => {
      const { topics, brokers } = await connection.call(metadata, {
        topics: null,
        allowAutoTopicCreation: false,
      })
      const partitions = topics.flatMap((topic) =>
        topic.partitions.map((each) => ({ name: topic.name, ...each })),
      )
      const wanting = partitions.filter(
        ({ leaderId, isrNodes }) => leaderId < 0 || isrNodes.length < 3,
      )
      return { brokers: brokers.length, wanting }
    },
    ({ brokers, wanting }) => brokers === 3 && wanting.length === 0,
  )
}

/** Readers see what all copies are known to have: after a start that grows, until it is everything. */
async function expectContentSoon(connection: Asked, content: Seen): Promise<void> {
  const look = () => expectContent(connection, content)
  await vi.waitFor(look, { timeout: 60_000, interval: 500 })
}

/** Copies are equal to the byte where nothing was cleaned or let go, which each replica does in its own time. */
async function expectEqualAndFlawless(root: string): Promise<void> {
  const [first, ...others] = directoriesOf(root).map(logDigests)
  expect(Object.keys(first!).length).toBeGreaterThan(8)
  for (const each of others) expect(each).toEqual(first)
  for (const directory of directoriesOf(root)) await expectFlawless(directory)
}

function logDigests(directory: string): Record<string, string> {
  const folders = readdirSync(directory).filter((name) =>
    /^(plain|codec-.*|stamped|idempotent)-\d+$/.test(name),
  )
  const digest = (folder: string) => {
    const hash = createHash('sha256')
    const segments = readdirSync(join(directory, folder)).filter((name) => name.endsWith('.log'))
    for (const name of segments.sort()) hash.update(readFileSync(join(directory, folder, name)))
    return hash.digest('hex')
  }
  return Object.fromEntries(folders.sort().map((folder) => [folder, digest(folder)]))
}
