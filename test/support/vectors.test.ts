import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jackdaw-vectors-'))
  vi.resetModules()
  vi.stubEnv('JACKDAW_VECTORS', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

// Who comes next in this process is to read its own.
afterAll(() => {
  vi.resetModules()
})

/** The module reads its environment when it is loaded. */
const load = () => import('./vectors.ts')

const line = (version: number) => `${JSON.stringify({ version, hex: '00' })}\n`

test('JACKDAW_VECTORS names the folder, whose files are plain or .gz', async () => {
  mkdirSync(join(folder, 'messages'))
  writeFileSync(join(folder, 'messages', 'Fetch.jsonl'), line(1) + line(2))
  writeFileSync(join(folder, 'messages', 'Produce.jsonl.gz'), gzipSync(line(3)))
  writeFileSync(join(folder, 'primitives.json.gz'), gzipSync('{"murmur2":[]}'))
  const { vectorFiles, vectorLines, vectorJson, vectorsFolder } = await load()
  expect(vectorsFolder).toBe(folder)
  const files = vectorFiles('messages')
  expect(files).toEqual(['messages/Fetch.jsonl', 'messages/Produce.jsonl'])
  expect(files.flatMap((file) => vectorLines<{ version: number }>(file))).toMatchObject([
    { version: 1 },
    { version: 2 },
    { version: 3 },
  ])
  expect(vectorJson('primitives.json')).toEqual({ murmur2: [] })
})

test('a file that lies there in both forms counts once', async () => {
  mkdirSync(join(folder, 'messages'))
  writeFileSync(join(folder, 'messages', 'Fetch.jsonl'), line(1))
  writeFileSync(join(folder, 'messages', 'Fetch.jsonl.gz'), gzipSync(line(1)))
  expect((await load()).vectorFiles('messages')).toEqual(['messages/Fetch.jsonl'])
})

test('what is missing or empty fails, and says where it was looked for and what to do', async () => {
  mkdirSync(join(folder, 'records'))
  writeFileSync(join(folder, 'batches.jsonl'), '\n')
  const { vectorFiles, vectorLines, vectorJson } = await load()
  const says = (path: string) =>
    new RegExp(`^${join(folder, path).replace('*', '\\*')} is not there .*JACKDAW_VECTORS`)
  expect(() => vectorFiles('messages')).toThrow(says('messages'))
  expect(() => vectorFiles('records')).toThrow(says('records/*.jsonl'))
  expect(() => vectorLines('batches-stored.jsonl')).toThrow(says('batches-stored.jsonl'))
  expect(() => vectorJson('assignors.json')).toThrow(says('assignors.json'))
  expect(() => vectorLines('batches.jsonl')).toThrow(`batches.jsonl in ${folder} holds no vectors`)
})

test('without the folder itself nothing passes', async () => {
  vi.stubEnv('JACKDAW_VECTORS', join(folder, 'elsewhere'))
  const { vectorFiles } = await load()
  expect(() => vectorFiles('messages')).toThrow('is not there')
})
