/** dump-log beside Apache Kafka's own, on the same files: every record that Kafka has a schema for, every format, and broken files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeBatch, type NewRecord } from '../../src/protocol/batch/encode.ts'
import { runDumpLog, withoutFrames } from '../cli/dump-log/run.ts'
import { apache, runApacheTool } from '../support/apache.ts'
import { broken, brokenFiles } from '../support/broken-log.ts'
import { samplesFolder } from '../support/samples.ts'
import { vectorLines } from '../support/vectors.ts'

type RecordVector = { type: number; part: string; framed: string }
type BatchVector = { name: string; hex: string }

const had = apache()
const missing = had.ok ? '' : ` (skipped: ${had.reason})`

describe.skipIf(!had.ok)(`beside Kafka's${missing}`, () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jackdaw-dumps-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function expectSame(...argv: string[]): Promise<void> {
    const theirs = await runApacheTool('kafka-dump-log', argv)
    const ours = await runDumpLog(argv)
    expect(ours.stdout).toBe(String(theirs.stdout))
    expect(ours.stderr).toBe(withoutFrames(String(theirs.stderr)))
    expect(ours.code).toBe(theirs.code)
  }

  function logOf(name: string, bytes: Uint8Array): string {
    mkdirSync(join(folder, name), { recursive: true })
    const path = join(folder, name, '00000000000000000000.log')
    writeFileSync(path, bytes)
    return path
  }

  const batchesOf = (records: NewRecord[]) =>
    Buffer.concat(
      records.map((record, index) =>
        encodeBatch({ baseOffset: BigInt(index) }, [{ ...record, timestamp: 1_700_000_000_000n }]),
      ),
    )

  test.each([
    { group: 'metadata', decoder: '--cluster-metadata-decoder' },
    { group: 'group-coordinator', decoder: '--offsets-decoder' },
    { group: 'transaction-coordinator', decoder: '--transaction-log-decoder' },
    { group: 'share-coordinator', decoder: '--share-group-state-decoder' },
  ])(
    'every record of $group, of every version',
    { timeout: 120_000 },
    async ({ group, decoder }) => {
      const vectors = vectorLines<RecordVector>(`records/${group}.jsonl`)
      const bytesOf = ({ framed }: RecordVector) => Buffer.from(framed, 'hex')
      const keyOf = (type: number) => {
        const key = vectors.find((each) => each.part === 'key' && each.type === type)
        return key === undefined ? null : bytesOf(key)
      }
      const records = vectors.map((vector) =>
        vector.part === 'key'
          ? { key: bytesOf(vector), value: null }
          : { key: keyOf(vector.type), value: bytesOf(vector) },
      )
      await expectSame(decoder, '--files', logOf(group, batchesOf(records)))
    },
  )

  test('batches of every codec and format', { timeout: 120_000 }, async () => {
    const files = vectorLines<BatchVector>('batches.jsonl').map(({ name, hex }) =>
      logOf(name, Buffer.from(hex, 'hex')),
    )
    expect(files.length).toBeGreaterThan(50)
    await expectSame('--print-data-log', '--files', files.join(','))
  })

  // Where Java's own library is what throws, or Kafka has printed half a line before, the words differ; and Kafka reads a log
  // to its end to look up one time.
  const others = ['no gzip', 'codec 6', 'index negative', 'index between', 'zeros']
  const comparable = brokenFiles.filter((name) => !others.includes(name))

  test.each(comparable)('a file with: %s', { timeout: 120_000 }, async (name) => {
    for (const file of broken(join(folder, name), name)) {
      await expectSame('--print-data-log', '--files', file)
      if (file.endsWith('index')) await expectSame('--index-sanity-check', '--files', file)
    }
  })

  const sample = (partition: string, suffix = 'log') =>
    join(samplesFolder, 'clean', partition, `00000000000000000000.${suffix}`)
  const logs = ['indexed-0', 'compacted-0', 'transactions-0', 'codec-lz4-0'].map((each) =>
    sample(each),
  )
  const firstBatch = () => 12 + readFileSync(logs[0]!).readInt32BE(8)

  test.each([
    '--max-bytes 0',
    '--max-bytes 1',
    '--max-bytes 61',
    '--max-bytes first-1',
    '--max-bytes first',
    '--max-bytes first+1',
    '--max-bytes first+17',
    '--max-bytes 1000 --print-data-log',
    '--max-bytes 300 --deep-iteration',
    '--skip-record-metadata',
    '--skip-record-metadata --deep-iteration',
    '--skip-record-metadata --print-data-log',
  ])('%s', { timeout: 120_000 }, async (options) => {
    const first = firstBatch()
    const argv = options.split(' ').map((each) => {
      const match = /^first(?:([+-])(\d+))?$/.exec(each)
      if (match === null) return each
      return String(first + Number(`${match[1] ?? ''}${match[2] ?? 0}`))
    })
    await expectSame(...argv, '--files', logs.join(','))
  })

  test.each([
    ['sound', []],
    ['index wrong', []],
    ['index beyond', []],
    ['index empty', []],
    ['torn batch', []],
    ['sound', ['--max-message-size', '100']],
    ['sound', ['--max-message-size', '1']],
    ['index wrong', ['--max-message-size', '100']],
  ] as const)('--verify-index-only: %s %s', { timeout: 120_000 }, async (name, options) => {
    const files =
      name === 'sound'
        ? ['index', 'timeindex'].map((suffix) => sample('indexed-0', suffix))
        : broken(join(folder, `verify-${name}`), name).slice(1)
    for (const file of files) {
      await expectSame('--verify-index-only', ...options, '--files', file)
      if (options.length > 0) await expectSame(...options, '--files', file)
    }
  })
})
