// The main job on real lines: the text of this project and of the packages it uses. It has a home of its own, which it removes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const home = mkdtempSync(join(tmpdir(), 'jackdaw-demo-'))
const env = {
  ...process.env,
  JACKDAW_HOME: join(home, 'cluster'),
  PATH: `${join(root, 'bin')}${delimiter}${process.env.PATH}`,
}

const linesFile = join(home, 'lines.txt')
const count = writeLines(linesFile)
console.log(`${count} lines of this project's sources, documents and packages\n`)

const session = [
  'topics --create --topic orders --partitions 3 --replication-factor 1',
  `cat ${linesFile} | console-producer --topic orders`,
  'console-consumer --topic orders --from-beginning --max-messages 5',
  'console-consumer --topic orders --group billing --from-beginning --timeout-ms 3000 > /dev/null',
  'consumer-groups --describe --group billing',
  'jackdaw status',
]
let failed = 0
try {
  for (const command of session) failed += run(command)
  failed += compare()
} finally {
  run('jackdaw stop')
  rmSync(home, { recursive: true, force: true })
}
process.exit(failed === 0 ? 0 : 1)

function run(command) {
  console.log(`$ ${command.replace(linesFile, 'lines.txt')}`)
  const { status } = spawnSync('sh', ['-c', command], { env, stdio: 'inherit' })
  console.log('')
  return status === 0 ? 0 : 1
}

/** What came out is what went in: the same lines, in whatever order three partitions give them. */
function compare() {
  const read = `console-consumer --topic orders --from-beginning --max-messages ${count} 2>/dev/null | LC_ALL=C sort`
  const command = `${read} | cmp - ${join(home, 'sorted.txt')}`
  spawnSync('sh', ['-c', `LC_ALL=C sort ${linesFile} > ${join(home, 'sorted.txt')}`], { env })
  const same = spawnSync('sh', ['-c', command], { env, stdio: 'inherit' }).status === 0
  console.log(same ? `all ${count} lines came back as they were\n` : 'what came back differs\n')
  return same ? 0 : 1
}

function writeLines(file) {
  const texts = []
  for (const folder of [
    'src',
    'docs',
    'test',
    'node_modules/typescript/lib',
    'node_modules/vitest/dist',
  ])
    collect(join(root, folder), texts)
  const lines = texts.join('\n').split(/\r\n|\r|\n/)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return lines.length
}

function collect(folder, texts) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) collect(path, texts)
    else if (/\.(ts|js|mjs|md)$/.test(entry.name)) texts.push(readFileSync(path, 'utf8'))
  }
}
