/**
 * A member of a group with our own consumer, as test/clients/README.md says: ASSIGNORS BOOTSTRAP TOPIC GROUP PROTOCOL. It commits
 * nothing but what its consumer does by itself before partitions change hands and at the end; so it is seen whether that does.
 */
import { parseBootstrap } from '../../../src/client/bootstrap.ts'
import { Consumer } from '../../../src/client/consumer.ts'

const [assignors, bootstrap, topic, groupId, protocol] = process.argv.slice(2) as string[]
const never = 1_000_000_000

const consumer = new Consumer(
  {
    bootstrap: parseBootstrap(bootstrap!),
    clientId: 'member',
    warn: (text) => console.error(text),
  },
  {
    groupId: groupId!,
    groupProtocol: protocol as 'classic' | 'consumer',
    assignors: assignors!.split('+'),
    autoOffsetReset: 'earliest',
    autoCommitIntervalMs: never,
    sessionTimeoutMs: 6000,
    heartbeatIntervalMs: 200,
    fetchMaxWaitMs: 100,
  },
)
let isStopped = false
process.on('SIGTERM', () => {
  isStopped = true
  consumer.wakeup()
})
consumer.subscribe(
  { topics: [topic!] },
  { assigned: (partitions) => console.log(`assigned ${partitions.length}`) },
)
while (!isStopped) {
  const run = await consumer.poll(100)
  if (run === null || !run.next()) continue
  const first = run.offset()
  let last = first
  while (run.next()) last = run.offset()
  console.log(`read ${run.partition} ${first} ${last}`)
}
await consumer.close()
