import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { configsPage, protocolPage } from '../scripts/pages.ts'
import { toolPages } from '../scripts/tool-pages.ts'
import { obeyed } from '../src/broker/obeyed.ts'
import { brokerConfigs } from '../src/protocol/configs/broker.ts'
import { groupConfigs } from '../src/protocol/configs/group.ts'
import { topicConfigs } from '../src/protocol/configs/topic.ts'
import { clients } from './support/clients.ts'
import { marks } from './support/clients-main.ts'

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
