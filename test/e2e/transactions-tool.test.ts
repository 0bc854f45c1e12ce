/** The tool `transactions`: a transaction that no coordinator knows is found, and ended. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeBatch } from '../../src/protocol/batch/encode.ts'
import type { Connection } from '../../src/wire/connection.ts'
import { settled } from '../support/asking.ts'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { connect } from '../support/one-broker.ts'
import { run } from '../support/processes.ts'
import { ends, makeTopic, TransactionalProducer } from '../support/transacting.ts'

let jackdaw: Jackdaw
let connection: Connection
beforeAll(async () => {
  // So that records get into a transaction of which its coordinator never heard, as before KIP-890.
  const config = { 'transaction.partition.verification.enable': 'false' }
  jackdaw = await startJackdaw({ config })
  connection = await connect(jackdaw.bootstrap)
})
afterAll(async () => {
  connection?.close()
  await jackdaw?.stop()
})

async function transactions(...args: string[]) {
  const command = ['--bootstrap-server', jackdaw.bootstrap, ...args]
  const { code, stdout, stderr } = await run(jackdawCommand('transactions', command)!)
  return { code, out: stdout.toString(), err: stderr.toString() }
}

/** The cells of a table, without its padding. */
const rows = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map((cell) => cell.trim()))

test('an open transaction is shown, listed, and ended by force', { timeout: 120_000 }, async () => {
  await makeTopic(connection, 'seen', 1)
  const producer = new TransactionalProducer(connection, 'open')
  await producer.init()
  await producer.send('seen', 0, 'v')
  const [head, row] = rows((await transactions('describe', '--transactional-id', 'open')).out)
  const shown = Object.fromEntries(head!.map((name, i) => [name, row![i]]))
  expect(shown).toMatchObject({ TransactionState: 'Ongoing', TopicPartitions: 'seen-0' })
  const listed = await transactions('list', '--transactional-id-pattern', 'op.*')
  expect(rows(listed.out)[1]).toEqual(['open', '1', shown.ProducerId, 'Ongoing'])
  const json = await transactions('list', '--output', 'json')
  expect(JSON.parse(json.out)).toHaveLength(1)
  expect((await transactions('forceTerminateTransaction', '--transactionalId', 'open')).code).toBe(
    0,
  )
  await expect.poll(() => isStable('seen'), { timeout: 60_000 }).toBe(true)
})

test('one that hangs is found and aborted', { timeout: 120_000 }, async () => {
  await makeTopic(connection, 'hanging', 1)
  const fields = { producerId: 4711n, producerEpoch: 3, baseSequence: 0, transactional: true }
  const records = encodeBatch({ ...fields, baseTimestamp: 1n }, [
    { key: null, value: Buffer.from('v') },
  ])
  await settled(
    () =>
      connection.call(
        produce,
        {
          transactionalId: 'nobody',
          acks: -1,
          timeoutMs: 10_000,
          topicData: [{ name: 'hanging', partitionData: [{ index: 0, records }] }],
        },
        { version: 11 },
      ),
    ({ responses }) => [responses[0]!.partitionResponses[0]!.errorCode],
  )
  expect(await isStable('hanging')).toBe(false)
  const found = await transactions('find-hanging', '--topic', 'hanging')
  expect(rows(found.out)[1]?.slice(0, 4)).toEqual(['hanging', '0', '4711', '3'])
  const at = ['--topic', 'hanging', '--partition', '0']
  expect((await transactions('abort', ...at, '--start-offset', '7')).err).toMatch(/Could not find/)
  expect(await transactions('abort', ...at, '--start-offset', '0')).toMatchObject({ code: 0 })
  expect(await isStable('hanging')).toBe(true)
  expect(rows((await transactions('describe-producers', ...at)).out)[1]?.at(-1)).toBe('None')
})

async function isStable(topic: string): Promise<boolean> {
  const { stable, end } = await ends(connection, topic, 0)
  return stable === end
}
