/**
 * What a person sees of a data directory that is not what it should be: `jackdaw start` ends with 1 and one line that names the
 * file and says what to do, and every file is as it was; or the broker runs, and its log tells.
 */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Jackdaw, jackdawCommand, startJackdaw } from '../support/jackdaw.ts'
import { run, runChecked } from '../support/processes.ts'

let jackdaw: Jackdaw
let data: string
let whole: string
beforeAll(async () => {
  jackdaw = await startJackdaw()
  data = join(jackdaw.home, 'data', '1')
  whole = join(jackdaw.home, 'whole')
  const tool = (name: string, args: string[], stdin = '') =>
    runChecked(jackdawCommand(name, args, jackdaw.env)!, { stdin, timeoutMs: 60_000 })
  await tool('topics', ['--create', '--topic', 't'])
  await tool('console-producer', ['--topic', 't'], 'one\ntwo\n')
  await jackdaw.halt()
  cpSync(data, whole, { recursive: true })
})
afterAll(() => jackdaw?.stop(), 60_000)

const at = (name: string) => join(data, name)
const log = 't-0/00000000000000000000.log'
const edit = (name: string, change: (text: string) => string) =>
  writeFileSync(at(name), change(readFileSync(at(name), 'utf8')))
const asFolder = (name: string) => {
  rmSync(at(name))
  mkdirSync(at(name))
}

/** Every file with its bytes, but for what each start takes or leaves; the metadata log grows with each election. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const ours = names.filter((name) => !/\.lock$|\.kafka_cleanshutdown$/.test(name))
  return new Map(
    ours.map((name) => {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) return [name, 'a folder']
      return [name, name.startsWith('__cluster_metadata-0/') ? '' : readFileSync(path, 'latin1')]
    }),
  )
}

test.each<{ what: string; damage: () => void; says: RegExp }>([
  {
    what: 'of another node',
    damage: () => edit('meta.properties', (text) => text.replace('node.id=1', 'node.id=7')),
    says: /meta\.properties says that the directory belongs to node 7, but this is node 1: give node\.id=7, or another directory in log\.dirs$/,
  },
  {
    what: 'of a newer version',
    damage: () => edit('meta.properties', (text) => text.replace('version=1', 'version=2')),
    says: /meta\.properties has version 2; only 1 is known: a newer Kafka wrote it; give another directory in log\.dirs$/,
  },
  {
    what: 'whose meta.properties is a folder',
    damage: () => asFolder('meta.properties'),
    says: /meta\.properties'\): a folder stands where a file should be: move it away$/,
  },
  {
    what: 'that is a file',
    damage: () => {
      rmSync(data, { recursive: true })
      writeFileSync(data, 'mine')
    },
    says: /a file stands where a folder should be: move it away, or give another directory in log\.dirs$/,
  },
  {
    what: 'with a folder of somebody else',
    damage: () => mkdirSync(at('Photos')),
    says: /Photos is not the folder of a partition \(topic-number\): .*move it away$/,
  },
  {
    what: 'in which a segment is a folder',
    damage: () => asFolder(log),
    says: /t-0\/0+\.log'\): a folder stands where a file should be: move it away$/,
  },
  {
    what: 'whose quorum-state is garbage',
    damage: () => edit('__cluster_metadata-0/quorum-state', () => '{'),
    says: /__cluster_metadata-0\/quorum-state in the log directory of the metadata cannot be read: .*move it away$/,
  },
  {
    what: 'in which the metadata log ends too soon',
    damage: () => {
      const name = '__cluster_metadata-0/00000000000000000000.log'
      writeFileSync(at(name), readFileSync(at(name)).subarray(0, -9))
    },
    says: /__cluster_metadata-0\/0+\.log ends with a batch of .* Put back a copy of the file; or remove \.kafka_cleanshutdown/,
  },
])('a directory $what: the start is refused', { timeout: 120_000 }, async ({ damage, says }) => {
  const { code, text, before, after } = await started(damage)
  expect(text).toMatch(/^jackdaw: [^\n]*\n$/)
  expect(text.trimEnd()).toMatch(says)
  expect(code).toBe(1)
  expect(after()).toEqual(before)
})

test.each<{ what: string; damage: () => void; says: RegExp }>([
  {
    what: 'a checkpoint of garbage',
    damage: () => edit('recovery-point-offset-checkpoint', () => 'garbage'),
    says: /recovery-point-offset-checkpoint is malformed: .*it is ignored/,
  },
  {
    what: 'an index that points beyond the log',
    damage: () => writeFileSync(at('t-0/00000000000000000000.index'), Buffer.alloc(8, 1)),
    says: /0+\.index: it points to \d+ in a log of \d+ bytes; the indexes are built anew/,
  },
  {
    what: 'a copy of a segment under another name, after a kill',
    damage: () => {
      rmSync(at('.kafka_cleanshutdown'))
      cpSync(at(log), at('t-0/00000000000000000001.log'))
    },
    says: /what it holds stands in the segment before it/,
  },
])(
  '$what: the broker runs, its log tells, and the records are there',
  { timeout: 120_000 },
  async (row) => {
    const { code, text } = await started(row.damage)
    expect(text).toMatch(/^broker 1 runs/)
    expect(code).toBe(0)
    expect(readFileSync(join(jackdaw.home, 'logs', 'broker-1.log'), 'utf8')).toMatch(row.says)
    const args = ['--topic', 't', '--from-beginning', '--max-messages', '2']
    const read = await runChecked(jackdawCommand('console-consumer', args, jackdaw.env)!, {
      timeoutMs: 60_000,
    })
    expect(read.stdout.toString()).toBe('one\ntwo\n')
    await jackdaw.halt()
  },
)

/** The whole directory again, then damaged, then given to `jackdaw start`. */
async function started(damage: () => void) {
  rmSync(data, { recursive: true, force: true })
  cpSync(whole, data, { recursive: true })
  damage()
  const look = () => (statSync(data).isDirectory() ? contents(data) : readFileSync(data, 'utf8'))
  const before = look()
  const command = jackdawCommand('jackdaw', ['start'], jackdaw.env)!
  const { code, stdout, stderr } = await run(command, { timeoutMs: 60_000 })
  return { code, text: `${stdout}${stderr}`, before, after: look }
}
