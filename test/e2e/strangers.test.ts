/** Nodes that do not belong: our quorum's word against them and Apache Kafka's, and how ours and Apache's nodes end then. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { type Kind, QuorumNodes } from '../support/quorum-nodes.ts'

let root: string
let nodes: QuorumNodes
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-strangers-'))
  nodes = await QuorumNodes.on(root, 3)
})
afterEach(async () => {
  await nodes.endAll()
  rmSync(root, { recursive: true, force: true })
})

const had = apache()
const pairs: { quorum: Kind; stranger: Kind }[] = [{ quorum: 'jackdaw', stranger: 'jackdaw' }]
if (had.ok) {
  pairs.push({ quorum: 'jackdaw', stranger: 'apache' }, { quorum: 'apache', stranger: 'jackdaw' })
}

/** So short that nobody waits for the end, and long enough for a node that may come in. */
const timeoutMs = 5000

const asBroker = (id: number, more: Record<string, string> = {}) => ({
  'process.roles': 'broker',
  listeners: `PLAINTEXT://${nodes.address(id)}`,
  'initial.broker.registration.timeout.ms': String(timeoutMs),
  ...more,
})

async function begin(kind: Kind): Promise<void> {
  if (kind === 'apache') await nodes.format(1)
  await nodes.start(1, kind)
  const joining = asBroker(2, { 'initial.broker.registration.timeout.ms': '60000' })
  if (kind === 'apache') await nodes.format(2, { as: 'joining', more: joining })
  await nodes.start(2, kind, joining)
}

/** It ends with 1, after its time; what our node says last is for a person. */
async function endsInVain(kind: Kind, more: Record<string, string>, why: string): Promise<string> {
  const began = performance.now()
  const node = nodes.launch(3, kind, more)
  const { code, stdout, stderr } = await node.finished
  expect(code, `${stdout}${stderr}`).toBe(1)
  expect(performance.now() - began).toBeGreaterThanOrEqual(timeoutMs)
  if (kind === 'jackdaw') {
    expect(stderr.toString()).toBe(
      `jackdaw broker: not registered within ${timeoutMs} ms (initial.broker.registration.timeout.ms): ${why}\n`,
    )
  }
  return `${stdout}${stderr}`
}

/** Both brokers are there as before, and take what is written. */
async function expectUndisturbed(): Promise<void> {
  await nodes.ask(1, 'topics', '--create', '--topic', 'after', '--replica-assignment', '1:2,2:1')
  const described = await nodes.ask(2, 'topics', '--describe', '--topic', 'after')
  expect(described.match(/Isr: (1,2|2,1)/g)).toHaveLength(2)
  const listed = await nodes.ask(1, 'broker-api-versions')
  const places = [...listed.matchAll(/^(\S+) \(id: (\d+) /gm)].map(([, at, id]) => `${id} ${at}`)
  expect(places.sort()).toEqual([1, 2].map((id) => `${id} ${nodes.address(id)}`))
}

test.each(pairs)(
  'a broker id that is taken, at $quorum: $stranger waits in vain',
  async ({ quorum, stranger }) => {
    await begin(quorum)
    const taken = asBroker(3, { 'node.id': '2' })
    if (stranger === 'apache') await nodes.format(3, { as: 'joining', more: taken })
    const why = 'another broker is registered with this id'
    const said = await endsInVain(stranger, taken, why)
    if (stranger === 'apache') expect(said).toContain('DUPLICATE_BROKER_REGISTRATION')
    await expectUndisturbed()
  },
  240_000,
)

test.each(pairs)(
  'a node of another cluster, at $quorum: $stranger is not let in',
  async ({ quorum, stranger }) => {
    await begin(quorum)
    const cluster = 'AnotherClusterAAAAAAAA'
    const foreign = asBroker(3, { 'jackdaw.cluster.id': cluster })
    if (stranger === 'apache') await nodes.format(3, { as: 'joining', more: foreign, cluster })
    const why = 'this directory belongs to another cluster than the quorum'
    const said = await endsInVain(stranger, foreign, why)
    if (stranger === 'apache') expect(said).toContain('INCONSISTENT_CLUSTER_ID')
    await expectUndisturbed()
  },
  240_000,
)

test('a broker whose id was taken comes in as soon as the other one is gone', async () => {
  await begin('jackdaw')
  const taken = asBroker(3, {
    'node.id': '2',
    'initial.broker.registration.timeout.ms': '60000',
  })
  const node = nodes.launch(3, 'jackdaw', taken)
  await node.outputs((text) => text.includes('another broker is registered with this id'), 30_000)
  await nodes.end(2, 'SIGTERM')
  await node.outputs((text) => text.includes('"ready"'), 60_000)
  await nodes.ask(3, 'topics', '--create', '--topic', 'after', '--replica-assignment', '2')
}, 120_000)
