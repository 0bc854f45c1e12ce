/** `process.roles` apart: a controller that is no broker, and brokers that do not vote. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apache } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { jackdawCommand } from '../support/jackdaw.ts'
import { runChecked } from '../support/processes.ts'
import { type Kind, QuorumNodes } from '../support/quorum-nodes.ts'

let root: string
let nodes: QuorumNodes
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'jackdaw-roles-'))
  nodes = await QuorumNodes.on(root, 3)
})
afterEach(async () => {
  await nodes.endAll()
  rmSync(root, { recursive: true, force: true })
})

const had = apache()
const missing = had.ok ? '' : ` (without Apache Kafka: ${had.reason})`
const combinations: { controller: Kind; second: Kind; third: Kind }[] = [
  { controller: 'jackdaw', second: 'jackdaw', third: 'jackdaw' },
  ...(had.ok
    ? ([
        { controller: 'jackdaw', second: 'jackdaw', third: 'apache' },
        { controller: 'apache', second: 'apache', third: 'jackdaw' },
      ] as const)
    : []),
]

test.each(combinations)(
  `a controller of $controller, brokers of $second and $third${missing}`,
  async ({ controller, second, third }) => {
    await start(1, controller, {
      'process.roles': 'controller',
      listeners: `CONTROLLER://${nodes.controller(1)}`,
    })
    for (const [id, kind] of [
      [2, second],
      [3, third],
    ] as const) {
      const listeners = `PLAINTEXT://${nodes.address(id)}`
      await start(id, kind, { 'process.roles': 'broker', listeners })
    }

    // The controller holds nothing: nobody could create a topic with three copies.
    await expect(create('wide', '--replication-factor', '3')).rejects.toThrow(
      'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 2 broker(s) are registered',
    )
    // Either broker passes on what only a controller decides.
    for (const id of [2, 3]) {
      const made = await nodes.ask(id, 'topics', '--create', '--topic', `through-${id}`)
      expect(made).toBe(`Created topic through-${id}.\n`)
    }
    await create('kept', '--replica-assignment', '2:3,3:2', '--config', 'min.insync.replicas=2')
    expect(await nodes.voters(2)).toHaveLength(1)
    const observers = await nodes.ask(3, 'metadata-quorum', 'describe', '--replication')
    expect(observers.match(/^[23]\s.*Observer\s*$/gm)).toHaveLength(2)

    const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`)
    const producer = jackdawCommand('console-producer', [
      ...['--bootstrap-server', nodes.address(2), '--topic', 'kept'],
    ])!
    const stdin = lines.map((line) => `${line}\n`).join('')
    await runChecked(producer, { stdin, timeoutMs: 60_000 })
    const read = await nodes.ask(
      3,
      ...['console-consumer', '--topic', 'kept', '--from-beginning', '--max-messages', '200'],
    )
    expect(read.trim().split('\n').sort()).toEqual(lines.toSorted())

    // The other one leads everything; and when it is back, both are in sync.
    await nodes.end(2, 'SIGKILL')
    const described = () => nodes.ask(3, 'topics', '--describe', '--topic', 'kept')
    await until(described, (text) => text.match(/Leader: 3\t/g)?.length === 2)
    await start(2, second, {
      'process.roles': 'broker',
      listeners: `PLAINTEXT://${nodes.address(2)}`,
    })
    await until(described, (text) => text.match(/Isr: (2,3|3,2)/g)?.length === 2)
  },
  240_000,
)

const create = (topic: string, ...args: string[]) =>
  nodes.ask(2, 'topics', '--create', '--topic', topic, ...args)

async function start(id: number, kind: Kind, more: Record<string, string>): Promise<void> {
  if (kind === 'apache') await nodes.formatOnce(id, { as: id === 1 ? 'first' : 'joining', more })
  await nodes.start(id, kind, more)
}
