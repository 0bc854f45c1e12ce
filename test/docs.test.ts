import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { configsPage, protocolPage } from '../scripts/pages.ts'
import { toolPages } from '../scripts/tool-pages.ts'
import { servedOn } from '../src/broker/handlers/index.ts'
import { obeyed } from '../src/broker/obeyed.ts'
import { brokerConfigs } from '../src/protocol/configs/broker.ts'
import { groupConfigs } from '../src/protocol/configs/group.ts'
import { topicConfigs } from '../src/protocol/configs/topic.ts'
import { clients } from './support/clients.ts'
import { marks } from './support/clients-main.ts'
import { sharedFolder } from './support/vectors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

test.each<[string, () => string]>([
  ['docs/protocol.md', protocolPage],
  ['docs/configs.md', configsPage],
  ...Object.entries(await toolPages()).map(
    ([path, text]) => [path, () => text] as [string, () => string],
  ),
])('%s is up to date (npm run docs)', (path, page) => {
  const file = join(root, path)
  expect(existsSync(file)).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe(page())
})

test('docs/differences.md names the APIs that Kafka advertises and Jackdaw does not', () => {
  const recorded = join(sharedFolder, 'transcripts', 'kafka-broker-api-versions', 'lines.txt')
  const kafkas = [...readFileSync(recorded, 'latin1').matchAll(/^> \t\w+\((\d+)\): \d/gm)]
  const ours = servedOn('broker', { isSocket: false })
  const missing = kafkas.map(([, key]) => Number(key)).filter((key) => !ours.has(key))
  const page = readFileSync(join(root, 'docs', 'differences.md'), 'utf8')
  const row = page
    .split('\n')
    .find((line) => line.startsWith('| `kafka-broker-api-versions/lines`'))!
  const told = [...row.matchAll(/\((\d+[^)]*)\)/g)].flatMap(([, keys]) => numbersIn(keys!))
  expect(told.sort((a, b) => a - b)).toEqual(missing)
})

/** `76–79, 83` is 76, 77, 78, 79, 83. */
function numbersIn(text: string): number[] {
  return text.split(', ').flatMap((part) => {
    const [first, last = first] = part.split('–').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
  })
}

describe('docs/compatibility.md (npm run clients -- --write)', () => {
  const page = readFileSync(join(root, 'docs', 'compatibility.md'), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (client|-+) /.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

  test('has a row for every client of test/clients, at the version that is pinned there', () => {
    // kcat is Debian's, of whatever version the machine has.
    const named = (name: string, version: string) => (name === 'kcat' ? name : `${name} ${version}`)
    expect(rows.map(([, name = '', version = '']) => named(name, version))).toEqual(
      clients.map(({ name, version }) => named(name, version)),
    )
  })

  test('knows of no step that failed', () => {
    expect(rows.flat().filter((cell) => cell === marks.fail)).toEqual([])
  })

  test('is linked from the README', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('(docs/compatibility.md)')
  })
})

describe('the obeyed configurations are those that the broker’s sources read', () => {
  // Who speaks about configurations without obeying them: the tables, the table of the obeyed, the tools, what bounds them.
  const others =
    /^(protocol\/configs|cli\/|client\/|broker\/obeyed\.ts|metadata\/thread-count-rules\.ts)/
  const text = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !others.test(path.replaceAll('\\', '/')))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    .join('\n')
  const derived = new Set(
    [...Object.values(topicConfigs), ...Object.values(groupConfigs)]
      .flatMap(({ brokerSynonyms = [] }) => brokerSynonyms)
      .map(({ name }) => name),
  )

  test.each([
    ['broker', Object.keys(brokerConfigs).filter((name) => !derived.has(name))],
    ['topic', Object.keys(topicConfigs)],
    ['group', Object.keys(groupConfigs)],
  ] as const)('%s', (kind, names) => {
    const read = names.filter((name) => text.includes(`'${name}'`))
    expect([...obeyed[kind]].sort()).toEqual([...read].sort())
  })
})
