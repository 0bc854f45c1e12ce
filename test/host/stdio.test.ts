import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, start } from '../support/processes.ts'
import { projectRoot } from '../support/project.ts'

const reader = join(projectRoot, 'test', 'support', 'stdin-reader.mjs')
const pipeBytes = 65_536
const whole = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31 + (i >> 9)) & 0xff))
let folder: string
let file: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stdin-'))
  file = join(folder, 'bytes')
  writeFileSync(file, whole)
})

afterAll(() => rmSync(folder, { recursive: true }))

const pieces = `for size in 1 65536 65535 65537 10 131072 300000; do head -c $size; done; cat`

test.each([
  { what: 'a pipe', script: 'cat "$1" | "$0" "$2" "$3"' },
  { what: 'a pipe in pieces', script: `cat "$1" | (${pieces}) | "$0" "$2" "$3"` },
  { what: 'a file', script: '"$0" "$2" "$3" < "$1"' },
])('all of $what comes, once and in order, also to who pauses', async ({ script }) => {
  for (const share of ['0', '0.3', '1']) {
    const args = ['-c', script, process.execPath, file, reader, share]
    const { stdout, stderr } = await run({ command: 'sh', args })
    const lines = stdout.toString().trim().split('\n')
    expect(stderr.toString()).toBe('')
    expect(lines.at(-1)).toBe(createHash('sha256').update(whole).digest('hex'))
    const sizes = lines.slice(0, -1).map(Number)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(whole.length)
  }
})

test('what fills a pipe exactly is not kept back until there is more', async () => {
  // A pipe of its own, for Node gives its children sockets.
  const feed = `head -c ${2 * pipeBytes} "$1"; cat`
  const args = ['-c', `(${feed}) | "$0" "$2"`, process.execPath, file, reader]
  const running = start({ command: 'sh', args }, { keepStdinOpen: true })
  const sum = (said: string) => said.split('\n').reduce((all, size) => all + Number(size), 0)
  await running.outputs((said) => said.endsWith('\n') && sum(said) === 2 * pipeBytes, 20_000)
  running.child.stdin!.end()
  expect((await running.finished).code).toBe(0)
})
