/** Files in a state that only a fault brings about: what is told, and that what follows is still shown where Kafka shows it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { broken, brokenFiles } from '../../support/broken-log.ts'
import { runDumpLog } from './run.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jackdaw-dump-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const corrupt = 'org.apache.kafka.common.errors.CorruptRecordException'

test.each([
  { name: 'torn batch', ends: 'Found 87 invalid bytes at the end of 00000000000000000000.log\n' },
  { name: 'torn header', ends: 'Found 10 invalid bytes at the end of 00000000000000000000.log\n' },
  { name: '17 zeros', ends: 'Found 17 invalid bytes at the end of 00000000000000000000.log\n' },
  { name: 'huge size', ends: 'Found 4260 invalid bytes at the end of 00000000000000000000.log\n' },
  { name: 'zeros', error: `${corrupt}: Found record size 0 smaller than minimum record overhead` },
  { name: 'negative size', error: `${corrupt}: Found record size -16777123 smaller than` },
  { name: 'count too high', error: 'Incorrect declared batch size, premature EOF reached' },
  { name: 'codec 6', error: 'IllegalArgumentException: Unknown compression type id: 6' },
  { name: 'no gzip', error: 'Failed to decompress record stream' },
  { name: 'flipped bit', invalid: 1 },
  { name: 'magic 5', magic: 5 },
  { name: 'offset jumps', faults: '  -1 is followed by 5\n  5 is followed by 1\n' },
])('a log with: $name', async ({ name, ends, error, invalid, magic, faults }) => {
  const [log] = broken(join(folder, 'log', name), name)
  const said = await runDumpLog(['--print-data-log', '--files', log!])
  expect(said.code).toBe(error === undefined ? 0 : 1)
  if (ends !== undefined) expect(said.stdout.endsWith(ends)).toBe(true)
  if (error !== undefined) expect(said.stderr).toContain(error)
  if (magic !== undefined) expect(said.stdout).toContain(`magic: ${magic} `)
  if (faults !== undefined) expect(said.stderr).toContain(`${log}\n${faults}`)
  const validity = [...said.stdout.matchAll(/isvalid: false$/gm)]
  if (invalid !== undefined) expect(validity).toHaveLength(invalid)
  if (error !== undefined) expect(said.stderr).not.toMatch(/^ *at /m)
})

test.each([
  { name: 'index beyond', ext: 'index', error: 'Slice from position 65536 exceeds end position' },
  { name: 'index negative', ext: 'index', error: 'Invalid position: -65536 in read from' },
  { name: 'index between', ext: 'index', error: 'java.util.NoSuchElementException' },
  { name: 'index zeros', ext: 'index', entries: 13 },
  { name: 'index torn', ext: 'index', entries: 13 },
  {
    name: 'index wrong',
    ext: 'index',
    told: '  Index offset: 5, log offset: 6\n  Index offset: 2, log offset: 3\n',
  },
  {
    name: 'index wrong',
    ext: 'timeindex',
    told: '  Index timestamp: 1795485010805, Previously indexed timestamp: 1795485010855\n',
  },
])('an $ext with: $name', async ({ name, ext, error, entries, told }) => {
  const files = broken(join(folder, 'index', name), name)
  const file = files.find((each) => each.endsWith(`.${ext}`))!
  const said = await runDumpLog(['--files', file])
  expect(said.code).toBe(error === undefined ? 0 : 1)
  if (error !== undefined) expect(said.stderr).toContain(error)
  if (entries !== undefined) {
    expect([...said.stdout.matchAll(/^offset: /gm)]).toHaveLength(entries)
    expect(said.stderr).toBe('')
  }
  if (told !== undefined) expect(said.stderr).toContain(told)
})

test('nothing is written, whatever is read', async () => {
  for (const name of brokenFiles) {
    const files = broken(join(folder, 'untouched', name), name)
    const before = files.map((file) => readFileSync(file))
    await runDumpLog(['--deep-iteration', '--files', files.join(',')])
    expect(files.map((file) => readFileSync(file))).toEqual(before)
  }
})

test.each([
  { argv: ['--files', 'nofile.log'], error: 'NumberFormatException: For input string: "nofile"' },
  { argv: ['--files', '/nowhere/0.log'], error: 'NoSuchFileException: /nowhere/0.log' },
  { argv: ['--files', '/nowhere/0.index'], error: 'NoSuchFileException: /nowhere/0.log' },
  { argv: ['--print-data-log'], error: 'Missing required argument "[files]"' },
  { argv: ['--files', 'a.log', '--files', 'b.log'], error: 'Found multiple arguments for option' },
  {
    argv: ['--files', '0.log', '--max-bytes', '5x'],
    error: "Cannot parse argument '5x' of option",
  },
  {
    argv: ['--files', '0.log', '--value-decoder-class', 'x.Y'],
    error: 'Caused by: java.lang.ClassNotFoundException: x.Y',
  },
  { argv: ['--files', '0.log', '--remote-log-metadata-decoder'], error: 'no tiered storage' },
])('refuses $argv', async ({ argv, error }) => {
  const said = await runDumpLog(argv)
  expect(said.code).toBe(1)
  expect(said.stderr).toContain(error)
})

test('a file of no kind is passed over, and the next one shown', async () => {
  const odd = join(folder, 'notes.txt')
  mkdirSync(folder, { recursive: true })
  writeFileSync(odd, 'x')
  const [log] = broken(join(folder, 'odd'), 'flipped bit')
  const said = await runDumpLog(['--files', `${odd},${log}`])
  expect(said).toMatchObject({ code: 0, stderr: `Ignoring unknown file ${odd}\n` })
  expect(said.stdout.startsWith(`Dumping ${odd}\nDumping ${log}\nLog starting offset: 0\n`)).toBe(
    true,
  )
})
