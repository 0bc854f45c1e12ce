/** Our tools and Apache Kafka's, crosswise: ours in a session with a real Apache broker, Apache's with ours. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apache, runApacheTool } from '../support/apache.ts'
import { type ApacheCluster, startApacheKafka } from '../support/apache-cluster.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'
import { digestOf, LineDigest, type Lines, writeLines } from '../support/lines.ts'
import { newSession, type Session } from './session.ts'

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

describe.skipIf(!had.ok)(`with Apache Kafka${missing}`, () => {
  let folder: string
  let lines: Lines
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jackdaw-crosswise-'))
    lines = await writeLines(join(folder, 'in.txt'), 100e6)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  describe('our tools, its broker', () => {
    let kafka: ApacheCluster | undefined
    let session: Session
    beforeAll(async () => {
      kafka = await startApacheKafka()
      session = newSession()
    })
    afterAll(async () => {
      await session?.end()
      await kafka?.stop()
    })

    test('the session, on 100 MB of real lines', { timeout: 180_000 }, async () => {
      const server = `--bootstrap-server ${kafka!.bootstrap}`
      const { sh } = session
      expect(
        await sh(`topics ${server} --create --topic orders --partitions 1 --replication-factor 1`),
      ).toEqual({ code: 0, stdout: 'Created topic orders.\n', stderr: '' })
      expect(
        await sh(`cat ${lines.path} | console-producer ${server} --topic orders`, 120_000),
      ).toEqual({ code: 0, stdout: '', stderr: '' })
      const read = await sh(
        `console-consumer ${server} --topic orders --group billing --from-beginning --max-messages ${lines.count} > out.txt`,
        120_000,
      )
      expect(read.code).toBe(0)
      const path = join(session.folder, 'out.txt')
      expect(await digestOf(path)).toEqual({ ...lines, path })
      const described = await sh(`consumer-groups ${server} --describe --group billing`)
      expect(described.stdout).toMatch(
        new RegExp(`^billing +orders +0 +${lines.count} +${lines.count} +0 +- +- +-\\n`, 'm'),
      )
      expect(await sh(`topics ${server} --delete --topic orders`)).toMatchObject({ code: 0 })
    })
  })

  describe('its tools, our broker', () => {
    let jackdaw: Jackdaw | undefined
    beforeAll(async () => {
      jackdaw = await startJackdaw()
    })
    afterAll(() => jackdaw?.stop())

    test('the session, on 100 MB of real lines', { timeout: 240_000 }, async () => {
      const tool = (name: string, args: string[], stdin: string | Buffer = '') =>
        runApacheTool(name, ['--bootstrap-server', jackdaw!.bootstrap, ...args], stdin)
      const created = await tool('kafka-topics', ['--create', '--topic', 'orders'])
      expect(String(created.stdout)).toBe('Created topic orders.\n')
      const produced = await tool(
        'kafka-console-producer',
        ['--topic', 'orders'],
        readFileSync(lines.path),
      )
      expect(produced).toMatchObject({ code: 0 })
      const consumed = await tool('kafka-console-consumer', [
        ...['--topic', 'orders', '--group', 'billing', '--from-beginning'],
        ...['--max-messages', String(lines.count)],
      ])
      expect(consumed.code).toBe(0)
      const digest = new LineDigest()
      digest.add(consumed.stdout)
      expect({ ...digest.result(), path: lines.path }).toEqual(lines)
      const described = await tool('kafka-consumer-groups', ['--describe', '--group', 'billing'])
      expect(String(described.stdout)).toMatch(
        new RegExp(`^billing +orders +0 +${lines.count} +${lines.count} +0 `, 'm'),
      )
    })
  })
})
