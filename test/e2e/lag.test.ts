/** Lag of the same log by our tool and by Apache's: docs/lag.md says where the two differ, and this holds it to that. */
import { stripVTControlCharacters } from 'node:util'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMetricsFaults } from '../cli/consumer-groups/open-metrics.ts'
import { apache, runApacheTool } from '../support/apache.ts'
import { startApacheKafka } from '../support/apache-cluster.ts'
import { startJackdaw } from '../support/jackdaw.ts'
import { which } from '../support/project.ts'
import { newSession, type Session } from './session.ts'

type Server = { bootstrap: string; socket?: string; stop(): Promise<void> }
const had = apache()
const options = { config: { 'log.cleaner.backoff.ms': 100 } }
const servers: [string, boolean, () => Promise<Server>][] = [
  ['Jackdaw', true, () => startJackdaw(options)],
  ['Apache Kafka', had.ok, () => startApacheKafka(options)],
]

const group = 'g'
/** Partitions of the topic `t`, ten records in each. */
const part = { read: 0, deleted: 1, nothingCommitted: 2, beyondTheEnd: 3, behind: 4, open: 5 }

describe.each(servers)('on %s', (name, isThere, startServer) => {
  describe.skipIf(!isThere)('lag', () => {
    let server: Server | undefined
    let session: Session
    let began = 0
    let kafka!: kafkajs.Kafka
    const open: (() => Promise<void>)[] = []

    beforeAll(async () => {
      server = await startServer()
      session = newSession()
      began = Date.now()
      kafka = new kafkajs.Kafka({
        brokers: server.bootstrap.split(','),
        logLevel: kafkajs.logLevel.NOTHING,
      })
      const admin = kafka.admin()
      const producer = kafka.producer()
      await Promise.all([admin.connect(), producer.connect()])
      open.push(
        () => producer.disconnect(),
        () => admin.disconnect(),
      )
      await admin.createTopics({ topics: [{ topic: 't', numPartitions: 6 }] })
      for (const partition of Object.values(part)) {
        const messages = Array.from({ length: 10 }, (_, i) => ({ value: `${i}`, partition }))
        await producer.send({ topic: 't', messages })
      }
      await leaveOpen()
      const offsets: Record<number, string> = {
        [part.read]: '10',
        [part.deleted]: '2',
        [part.beyondTheEnd]: '15',
        [part.behind]: '3',
        [part.open]: '4',
      }
      await admin.setOffsets({
        groupId: group,
        topic: 't',
        partitions: Object.entries(offsets).map(([partition, offset]) => ({
          partition: Number(partition),
          offset,
        })),
      })
      await admin.deleteTopicRecords({
        topic: 't',
        partitions: [{ partition: part.deleted, offset: '6' }],
      })
    })

    // Three records of a transaction that goes on.
    async function leaveOpen(): Promise<void> {
      const producer = kafka.producer({
        transactionalId: 'x',
        idempotent: true,
        maxInFlightRequests: 1,
        // By itself it would be aborted after a minute, in the midst of the tests.
        transactionTimeout: 900_000,
      })
      await producer.connect()
      const transaction = await producer.transaction()
      const messages = ['a', 'b', 'c'].map((value) => ({ value, partition: part.open }))
      await transaction.send({ topic: 't', messages })
      open.unshift(async () => {
        await transaction.abort()
        await producer.disconnect()
      })
    }

    afterAll(async () => {
      for (const close of open) await close()
      await session?.end()
      await server?.stop()
    })

    const ask = (line: string) =>
      session.sh(`consumer-groups --bootstrap-server ${server!.bootstrap} --describe ${line}`)
    const partitionsOf = (stdout: string) =>
      new Map<number, Record<string, unknown>>(
        JSON.parse(stdout).groups[0].partitions.map((each: { partition: number }) => [
          each.partition,
          each,
        ]),
      )
    /** Of all partitions, the three of the open transaction among them. */
    const total = 20

    test('is what can be read and is not', async () => {
      const { code, stdout, stderr } = await ask(`--group ${group} --max-lag 100 --output json`)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const found = partitionsOf(stdout)
      expect([...found.keys()].sort()).toEqual([0, 1, 3, 4, 5])
      expect(found.get(part.read)).toMatchObject({ lag: 0, timeLagMs: 0, currentOffset: 10 })
      expect(found.get(part.deleted)).toMatchObject({
        lag: 4,
        logStartOffset: 6,
        isEndangered: true,
      })
      expect(found.get(part.beyondTheEnd)).toMatchObject({ lag: 0, currentOffset: 15 })
      expect(found.get(part.behind)).toMatchObject({ lag: 7, lastStableOffset: 10 })
      expect(found.get(part.open)).toMatchObject({
        lag: 9,
        lastStableOffset: 10,
        logEndOffset: 13,
      })
      const { timeLagMs } = found.get(part.behind)!
      expect(timeLagMs).toBeGreaterThanOrEqual(0)
      expect(timeLagMs).toBeLessThanOrEqual(Date.now() - began)
    })

    test('is what Kafka’s own report says, except where docs/lag.md says otherwise', {
      timeout: 120_000,
    }, async () => {
      const { stdout } = await ask(`--group ${group} --max-lag 100 --output json`)
      const ours = partitionsOf(stdout)
      const report = (await ask(`--group ${group}`)).stdout
      const theirs = had.ok
        ? await runApacheTool('kafka-consumer-groups', [
            ...['--bootstrap-server', server!.bootstrap, '--describe', '--group', group],
          ])
        : null
      if (theirs !== null) expect(String(theirs.stdout)).toBe(report)
      const rows = report.matchAll(/^g +t +(\d+) +(\d+|-) +(\d+) +(-?\d+|-) /gm)
      const lags = new Map([...rows].map(([, partition, , , lag]) => [Number(partition), lag]))
      expect(lags.size).toBe(5)
      for (const [partition, lag] of lags) {
        if (partition === part.deleted) expect(lag).toBe('8')
        else if (partition === part.beyondTheEnd) expect(lag).toBe('-5')
        else expect(lag).toBe(String(ours.get(partition)!.lag))
      }
    })

    test('counts offsets on a compacted topic, and takes the age of records that are there', {
      timeout: 120_000,
    }, async () => {
      const [admin, producer] = [kafka.admin(), kafka.producer()]
      await Promise.all([admin.connect(), producer.connect()])
      open.push(
        () => producer.disconnect(),
        () => admin.disconnect(),
      )
      const configEntries = Object.entries({
        'cleanup.policy': 'compact',
        'min.cleanable.dirty.ratio': '0.01',
        'segment.ms': '1000',
      }).map(([key, value]) => ({ name: key, value }))
      await admin.createTopics({ topics: [{ topic: 'c', numPartitions: 1, configEntries }] })
      // The last two begin a segment each: all before the last one can be cleaned.
      const hourMs = 3_600_000
      const ages = [...Array.from({ length: 10 }, () => hourMs), hourMs / 60, 0]
      for (const age of ages) {
        const message = { key: 'k', value: 'v', timestamp: `${Date.now() - age}` }
        await producer.send({ topic: 'c', messages: [message] })
      }
      const partitions = [{ partition: 0, offset: '3' }]
      await admin.setOffsets({ groupId: 'compacted', topic: 'c', partitions })
      for (let timeLagMs = hourMs; timeLagMs >= hourMs; ) {
        const { stdout } = await ask('--group compacted --max-lag 100 --output json')
        const [found] = JSON.parse(stdout).groups[0].partitions
        expect(found).toMatchObject({ lag: 9, logStartOffset: 0, logEndOffset: 12 })
        timeLagMs = found.timeLagMs
      }
      const report = await ask('--group compacted')
      expect(report.stdout).toMatch(/^compacted +c +0 +3 +12 +9 /m)
    })

    test('comes with the size of the partition where that decides what goes', async () => {
      const at = `--bootstrap-server ${server!.bootstrap}`
      const made = await session.sh(
        `topics ${at} --create --topic sized --config retention.bytes=1000000 && seq 100 | console-producer ${at} --topic sized && consumer-groups ${at} --reset-offsets --group sized --topic sized --to-offset 40 --execute`,
      )
      expect(made).toMatchObject({ code: 0 })
      const { stdout } = await ask('--group sized --max-lag 100 --output json')
      const dirs = await session.sh(`log-dirs ${at} --describe --topic-list sized`)
      const [, size] = /"size":(\d+)/.exec(dirs.stdout) ?? []
      expect(JSON.parse(stdout).groups[0].partitions).toMatchObject([
        { lag: 60, retentionBytes: 1_000_000, sizeBytes: Number(size) },
      ])
    })

    test('is a gate: 0 within, 1 beyond, 2 when nobody answers', async () => {
      expect(await ask(`--group ${group} --max-lag ${total}`)).toMatchObject({ code: 0 })
      expect(await ask(`--group ${group} --max-lag ${total - 1}`)).toMatchObject({
        code: 1,
        stderr: `group g has a lag of ${total}\n`,
      })
      expect(await ask(`--group ${group} --max-time-lag 1h`)).toMatchObject({ code: 0 })
      const late = await ask(`--group ${group} --max-time-lag 0ms`)
      expect(late).toMatchObject({ code: 1 })
      expect(late.stderr).toMatch(/^group g is \d+ ms behind\n$/)
      expect(await ask(`--group ${group} --until-lag ${total - 1} --timeout 200`)).toMatchObject({
        code: 1,
        stderr: `group g has a lag of ${total}\nnot reached within 200 ms (--timeout)\n`,
      })
      const nobody = await session.sh(
        'consumer-groups --bootstrap-server 127.0.0.1:1 --describe --group g --max-lag 1 --timeout 500',
      )
      expect(nobody).toMatchObject({ code: 2, stdout: '' })
      expect(await ask('--group never-seen --max-lag 5')).toMatchObject({
        code: 1,
        stderr: 'group never-seen does not exist\n',
      })
    })

    test('is waited for until it is there', { timeout: 60_000 }, async () => {
      const waiting = ask(`--group later --until-lag 0 --interval 100ms --timeout 600000`)
      for (const offset of [9, 10]) {
        const set = await session.sh(
          `consumer-groups --bootstrap-server ${server!.bootstrap} --reset-offsets --group later --topic t:0 --to-offset ${offset} --execute`,
        )
        expect(set).toMatchObject({ code: 0 })
      }
      expect(await waiting).toMatchObject({ code: 0, stderr: '' })
    })

    test('has a past where the broker is ours, and else a reason', async () => {
      const line = `--describe --group ${group} --since 1h`
      if (name === 'Jackdaw') {
        const told = await session.sh(
          `consumer-groups --bootstrap-server ${server!.socket} ${line}`,
        )
        expect(told).toMatchObject({ code: 0, stderr: '' })
      }
      // Over TCP a broker speaks Kafka and nothing else.
      const asked = await ask(`--group ${group} --since 1h`)
      const stderr =
        'the broker does not remember what happened to its groups; a local one of Jackdaw does, and tells it on its unix socket\n'
      expect(asked).toEqual({ code: 2, stdout: '', stderr })
    })

    test('is OpenMetrics', async () => {
      const { code, stdout } = await ask(`--group ${group} --output prometheus`)
      expect(code).toBe(0)
      expect(openMetricsFaults(stdout)).toEqual([])
      expect(stdout).toContain(`kafka_consumergroup_total_lag{group="g"} ${total}\n`)
    })

    test('is watched until Ctrl-C', { timeout: 60_000 }, async () => {
      const watch = session.start(
        `exec consumer-groups --bootstrap-server ${server!.bootstrap} --describe --group ${group} --watch --interval 50ms --top 2`,
      )
      await watch.outputs((text) => text.includes('written 0/s, read 0/s'), 50_000)
      watch.child.kill('SIGINT')
      const { code } = await watch.finished
      expect(code).toBe(130)
      expect(String(watch.stdout())).toContain('and 3 more partitions with no more lag\n')
    })

    test('is refreshed in place on a terminal, and never higher or wider than that', async (ctx) => {
      if (which('script') === null) return ctx.skip('no script on the PATH (util-linux)')
      const [rows, columns] = [8, 70]
      const watch = `consumer-groups --bootstrap-server ${server!.bootstrap} --describe --group ${group} --watch --interval 50ms`
      const terminal = session.start(
        `exec script -qec "stty rows ${rows} cols ${columns}; exec ${watch}" /dev/null`,
        { keepStdinOpen: true },
      )
      const home = '\u001b[H'
      await terminal.outputs((text) => text.split(home).length > 4, 50_000)
      // As somebody at the keyboard ends it.
      terminal.child.stdin!.write('\u0003')
      const { code, stdout } = await terminal.finished
      expect(code).toBe(130)
      const [, ...screens] = String(stdout).replaceAll('\r', '').split(home)
      // What is cleared goes to the lines above, in some terminals: only what stood there before is.
      expect(screens.map((screen) => screen.startsWith('\u001b[J'))).toEqual(
        screens.map((_, index) => index === 0),
      )
      // The last one may have been cut off, and has what the terminal says to Ctrl-C.
      for (const screen of screens.slice(0, -1)) {
        const lines = stripVTControlCharacters(screen).split('\n')
        expect(lines.pop()).toBe('')
        expect(lines.length).toBeLessThan(rows)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
        expect(lines[0]).toMatch(/^g {2}lag \d+/)
        expect(lines.at(-1)).toMatch(/^and \d more partitions with no more lag$/)
      }
    })
  })
})
