/** A cluster that has groups of a kind that this project has not, as Apache Kafka's has share groups: the tools cope, as Kafka's do. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apache, runApacheTool } from '../support/apache.ts'
import { type ApacheCluster, startApacheKafka } from '../support/apache-cluster.ts'
import { jackdawCommand } from '../support/jackdaw.ts'
import { run } from '../support/processes.ts'

const had = apache()
let kafka: ApacheCluster | undefined
beforeAll(async () => {
  if (!had.ok) return
  kafka = await startApacheKafka({
    config: { 'share.coordinator.state.topic.replication.factor': 1 },
  })
  const told = await theirs('kafka-topics', ['--create', '--topic', 'shared', '--partitions', '2'])
  expect(told.code).toBe(0)
  await theirs('kafka-console-share-consumer', ['--topic', 'shared', '--group', 'shares', ...soon])
  await theirs('kafka-console-consumer', ['--topic', 'shared', '--group', 'readers', ...soon])
})
afterAll(() => kafka?.stop())

const soon = ['--timeout-ms', '5000']
const theirs = (tool: string, args: string[]) =>
  runApacheTool(tool, ['--bootstrap-server', kafka!.bootstrap, ...args])
const ours = (tool: string, args: string[]) =>
  run(jackdawCommand(tool, ['--bootstrap-server', kafka!.bootstrap, ...args])!)

test.skipIf(!had.ok)('there is a share group', async () => {
  const { stdout } = await ours('kafka-groups', ['--list'])
  expect(stdout.toString()).toMatch(/^shares +Share +share *$/m)
})

test
  .skipIf(!had.ok)
  .each([
    'kafka-groups --list',
    'kafka-groups --list --share',
    'kafka-groups --list --consumer',
    'kafka-groups --list --group-type share',
    'kafka-consumer-groups --list',
    'kafka-consumer-groups --list --type',
    'kafka-consumer-groups --describe --all-groups --state',
    'kafka-consumer-groups --describe --group shares',
    'kafka-consumer-groups --describe --group shares --members',
    'kafka-consumer-groups --describe --group none',
  ])('%s', async (line) => {
  const [tool, ...args] = line.split(' ') as [string, ...string[]]
  const [expected, found] = [await theirs(tool, args), await ours(tool, args)]
  const told = ({ code, stdout }: typeof found) => ({ code, stdout: stdout.toString() })
  expect(told(found)).toEqual(told(expected))
})
