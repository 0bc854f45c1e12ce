/** A quorum over TCP whose voters come and go: nodes that join by themselves, lost disks, and Apache Kafka in the same quorum. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { type Kind, QuorumNodes } from '../support/quorum-nodes.ts'

let root: string
let nodes: QuorumNodes
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-quorum-'))
  nodes = await QuorumNodes.on(root, 3)
})
afterEach(async () => {
  await nodes.endAll()
  rmSync(root, { recursive: true, force: true })
})

const named = (...ids: number[]): string[] => ids.map((id) => `${id} ${nodes.directoryId(id)}`)

const votersAre = (asked: number, wanted: () => string[]) =>
  until(
    () => nodes.voters(asked),
    (voters) => voters.join() === wanted().join(),
  )

test('nodes join by themselves; one that lost its disk comes back as another one', async () => {
  await nodes.start(1, 'jackdaw')
  const joins = { 'controller.quorum.auto.join.enable': 'true' }
  for (const id of [2, 3]) await nodes.start(id, 'jackdaw', joins)
  await votersAre(1, () => named(1, 2, 3))

  await nodes.end(3, 'SIGKILL')
  const [lost] = named(3)
  nodes.loseDisk(3)
  await nodes.start(3, 'jackdaw', joins)
  await votersAre(1, () => named(1, 2, 3))
  expect(named(3)).not.toContain(lost)

  await nodes.end(1, 'SIGKILL')
  await nodes.ask(2, 'topics', '--create', '--topic', 'after', '--partitions', '1')
  await until(
    () => nodes.ask(3, 'topics', '--list'),
    (topics) => topics === 'after\n',
  )
}, 300_000)

test('a leader that is removed goes, once its removal is safe', async () => {
  await nodes.start(1, 'jackdaw')
  for (const id of [2, 3]) {
    await nodes.start(id, 'jackdaw')
    const file = nodes.properties(id)
    await nodes.ask(1, 'metadata-quorum', '--command-config', file, 'add-controller')
  }
  expect(await nodes.voters(2)).toEqual(named(1, 2, 3))
  const key = ['-i', '1', '-d', nodes.directoryId(1)]
  const removed = await nodes.ask(2, 'metadata-quorum', 'remove-controller', ...key)
  expect(removed).toContain('KRaft controller 1 with directory id')
  await votersAre(2, () => named(2, 3))
  // It follows the others from then on.
  await until(
    () => nodes.ask(2, 'metadata-quorum', 'describe', '--status'),
    (status) => /^LeaderId: +[23]$/m.test(status) && /^CurrentObservers: .*"id": 1,/m.test(status),
  )
  await nodes.ask(3, 'topics', '--create', '--topic', 'after', '--partitions', '1')
  await until(
    () => nodes.ask(1, 'topics', '--list'),
    (topics) => topics === 'after\n',
  )
}, 300_000)

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

describe.skipIf(!had.ok)(`with Apache Kafka${missing}`, () => {
  test.each([
    { first: 'jackdaw', other: 'apache' },
    { first: 'apache', other: 'jackdaw' },
  ] as const)(
    'a directory that $first has begun goes on with $other, and a node of ours joins its quorum',
    { timeout: 400_000 },
    async ({ first, other }: { first: Kind; other: Kind }) => {
      if (first === 'apache') await nodes.format(1)
      await nodes.start(1, first)
      await nodes.ask(1, 'topics', '--create', '--topic', 'begun', '--partitions', '2')
      const [voter] = named(1)
      await nodes.end(1, 'SIGTERM')

      await nodes.start(1, other)
      expect(await nodes.ask(1, 'topics', '--list')).toBe('begun\n')
      expect(await nodes.voters(1)).toEqual([voter])
      await nodes.start(2, 'jackdaw')
      const file = nodes.properties(2)
      await nodes.ask(1, 'metadata-quorum', '--command-config', file, 'add-controller')
      await votersAre(1, () => named(1, 2))
      await nodes.ask(1, 'topics', '--create', '--topic', 'by-both', '--partitions', '2')

      const key = ['-i', '2', '-d', nodes.directoryId(2)]
      await nodes.ask(1, 'metadata-quorum', 'remove-controller', ...key)
      await votersAre(1, () => named(1))
      await nodes.end(2, 'SIGTERM')
      await nodes.end(1, 'SIGTERM')
      await nodes.start(1, first)
      expect(await nodes.ask(1, 'topics', '--list')).toBe('begun\nby-both\n')
      expect(await nodes.voters(1)).toEqual([voter])
    },
  )
})
