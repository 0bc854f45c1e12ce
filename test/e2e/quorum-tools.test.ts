/** Who votes is told and changed by metadata-quorum, ours and Apache Kafka's, at quorums of either (KIP-853): all say the same. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apache, apacheCommand } from '../support/apache.ts'
import { until } from '../support/asking.ts'
import { jackdawCommand } from '../support/jackdaw.ts'
import { run } from '../support/processes.ts'
import { type Kind, QuorumNodes } from '../support/quorum-nodes.ts'

const kinds = ['apache', 'jackdaw'] as const
const had = apache()

test.skipIf(!had.ok)(
  `a controller comes and goes${had.ok ? '' : ` (skipped: ${had.reason})`}`,
  { timeout: 600_000 },
  async () => {
    const said = new Map<string, string[]>()
    for (const quorum of kinds) {
      await withTwoNodes(quorum, async (nodes) => {
        for (const tool of kinds) said.set(`${tool} at ${quorum}`, await session(nodes, tool))
      })
    }
    const [expected, ...others] = said
    for (const [who, lines] of others) expect(lines, who).toEqual(expected![1])
    expect(expected![1].filter((text) => text.endsWith('[0]'))).toHaveLength(wellEnded)
  },
)

/** The second one follows, and does not vote. */
async function withTwoNodes(kind: Kind, use: (nodes: QuorumNodes) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'jackdaw-quorum-tools-'))
  const nodes = await QuorumNodes.on(root, 2)
  try {
    if (kind === 'apache') {
      await nodes.format(1)
      await nodes.format(2, { as: 'joining' })
    }
    for (const id of [1, 2]) await nodes.start(id, kind)
    await use(nodes)
  } finally {
    await nodes.endAll()
    rmSync(root, { recursive: true, force: true })
  }
}

const wellEnded = 14

/** What one of the tools says, command by command, without what differs from time to time. */
async function session(nodes: QuorumNodes, tool: Kind): Promise<string[]> {
  const commandOf = tool === 'apache' ? apacheCommand : jackdawCommand
  const told: string[] = []
  const say = async (...args: string[]) => {
    const command = commandOf('kafka-metadata-quorum', args)!
    const { code, stdout, stderr } = await run(command, { timeoutMs: 90_000 })
    told.push(lasting(nodes, `${args.join(' ')}\n${stdout}${stderr}[${code}]`))
  }
  // A node that has just become a voter, or none any more, is seen as such from its next fetch on.
  const settled = (role: string) =>
    until(
      () => nodes.ask(1, 'metadata-quorum', 'describe', '--replication'),
      (seen) => new RegExp(`^2 .*${role}`, 'm').test(seen),
    )
  const broker = ['--bootstrap-server', nodes.address(1)]
  const controller = ['--bootstrap-controller', nodes.controller(1)]
  const file = ['--command-config', nodes.properties(2)]
  const remove = async (at: string[], id: number, directoryId: string, ...more: string[]) =>
    say(...at, 'remove-controller', '-i', `${id}`, '-d', directoryId, ...more)
  const describe = async (at: string[], role: string) => {
    await settled(role)
    await say(...at, 'describe', '--status')
    await say(...at, 'describe', '--replication')
  }
  const [one, two] = [nodes.directoryId(1), nodes.directoryId(2)]

  await describe(broker, 'Observer')
  await say(...broker, ...file, 'add-controller', '--dry-run')
  await say(...broker, ...file, 'add-controller')
  await describe(broker, 'Follower')
  await say(...broker, ...file, 'add-controller')
  await remove(broker, 2, one)
  await remove(broker, 7, one)
  await remove(broker, 2, two, '--dry-run')
  await remove(broker, 2, two)
  await settled('Observer')
  await remove(broker, 2, two)
  await remove(broker, 1, one)
  await say(...controller, ...file, 'add-controller')
  await describe(controller, 'Follower')
  await remove(controller, 2, two)
  await describe(controller, 'Observer')
  return told
}

function lasting(nodes: QuorumNodes, text: string): string {
  const names = [1, 2].flatMap((id) => [
    [nodes.directoryId(id), `<directory ${id}>`],
    [nodes.address(id), `<broker ${id}>`],
    [nodes.controller(id), `<controller ${id}>`],
    [nodes.properties(id), `<properties ${id}>`],
  ])
  return (
    names
      .reduce((left, [value, name]) => left.replaceAll(value!, name!), text)
      .replace(/^\tat .*\n/gm, '')
      .replace(/^(LeaderEpoch|HighWatermark|MaxFollowerLag(?:TimeMs)?): +-?\d+$/gm, '$1: <n>')
      .replace(/^(\d +\t<directory \d>\t)\d+ *\t\d+ *\t-?\d+ *\t-?\d+ *\t/gm, '$1<n>\t')
      // In the order in which Java's HashSet walks over them, which hangs on the directories.
      .replace(/(?<=set of voters )\[(.*)\]/g, (_, keys: string) =>
        keys
          .split(/, (?=ReplicaKey)/)
          .sort()
          .join(),
      )
  )
}
