/**
 * What a reader of this project may rely on everywhere: which way imports point, where the outside world is touched, how
 * long a file is. The rules are those of docs/architecture.md.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { apis } from '../src/protocol/apis/index.ts'
import { vectorLines } from './support/vectors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const cores = ['raft', 'metadata', 'partition', 'groups', 'transactions']
const lower = ['base', 'host', 'protocol']

/** What a folder of `src` may import beside itself. */
const allowed: { readonly [folder: string]: readonly string[] } = {
  base: [],
  host: ['base'],
  protocol: ['base'],
  ...Object.fromEntries(cores.map((core) => [core, ['base', 'protocol']])),
  log: lower,
  wire: lower,
  client: [...lower, 'wire'],
  broker: [...lower, ...cores, 'log', 'wire'],
  cluster: ['base', 'host', 'broker'],
  cli: [...lower, 'log', 'client', 'cluster'],
}

/** Tables of what there is; every other file is imported by its own name. */
const registries = ['src/protocol/apis/index.ts', 'src/broker/handlers/index.ts']

const linesMax = 300

/** Packages that stand in for one thing, and so are imported in one file, or in one folder. */
const oneFile = ['@node-rs/crc32', 'snappy', 'lz4-napi', '@toondepauw/node-zstd', 'pino']
const cliAlone = ['commander', 'chalk', 'cli-table3', 'ora']

/** Time, chance, disk and network: `src/host` has the doors to them. */
const worldly = [
  'Date\\.now',
  'new Date\\(\\s*\\)',
  'performance\\.now',
  'process\\.hrtime',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'Math\\.random',
  'randomBytes',
  'randomUUID',
]
const worldlyModules =
  /^node:(fs|net|dgram|dns|http|https|http2|tls|timers|child_process|worker_threads)(\/|$)/

interface Source {
  /** From the project's root, with slashes. */
  path: string
  folder: string
  text: string
  /** Without comments and without the insides of strings. */
  code: string
  imports: { from: string; isType: boolean }[]
}

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules'))
    .sort()
}

const sources: Source[] = filesUnder('src', /\.ts$/).map((path) => {
  const text = readFileSync(join(root, path), 'utf8')
  const code = withoutComments(text)
  return { path, folder: path.split('/')[1]!, text, code, imports: importsOf(code) }
})

function withoutComments(text: string): string {
  const token =
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return text.replace(token, (found) => (found.startsWith('/') ? '' : found))
}

function importsOf(code: string): Source['imports'] {
  const statement = /^(?:import|export)\b(\s+type\b)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm
  const call = /\b(?:import|require|lazily)\(\s*'([^']+)'/g
  return [
    ...[...code.matchAll(statement)].map((match) => ({
      from: (match[2] ?? match[3])!,
      isType: match[1] !== undefined,
    })),
    ...[...code.matchAll(call)].map((match) => ({ from: match[1]!, isType: false })),
  ]
}

/** The file that a relative import means, from the project's root. */
const target = (source: Source, from: string): string =>
  relative(root, join(root, dirname(source.path), from)).replaceAll('\\', '/')

function complaints(rule: (source: Source) => string[]): string[] {
  return sources.flatMap((source) => rule(source).map((what) => `${source.path}: ${what}`))
}

test('there is something to look at', () => {
  expect(sources.length).toBeGreaterThan(200)
  const folders = new Set(sources.map(({ folder }) => folder))
  expect([...folders].filter((folder) => !(folder in allowed))).toEqual([])
  expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(500)
})

test('imports point downwards', () => {
  const wrong = complaints((source) =>
    source.imports
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from }) => target(source, from).split('/')[1]!)
      .filter((folder) => folder !== source.folder && !allowed[source.folder]!.includes(folder))
      .map((folder) => `imports from ${folder}`),
  )
  expect(wrong).toEqual([])
})

test('an import names a file of this project in full', () => {
  const wrong = complaints(({ imports }) =>
    imports
      .filter(({ from }) => from.startsWith('.') && !/\.(ts|json)$/.test(from))
      .map(({ from }) => `imports ${from}`),
  )
  expect(wrong).toEqual([])
})

test('time, chance, disk and network are touched in host alone', () => {
  const calls = new RegExp(`(?<![\\w.])(?:${worldly.join('|')})\\b`, 'g')
  const wrong = complaints(({ folder, code, imports }) => {
    if (folder === 'host') return []
    const modules = imports
      .filter(({ from, isType }) => !isType && worldlyModules.test(from))
      .map(({ from }) => `imports ${from}`)
    const found = [...code.matchAll(calls)].map(([call]) => `says ${call}`)
    return [...modules, ...found]
  })
  expect(wrong).toEqual([])
})

test('the cores are pure: no module of Node, no waiting, no process', () => {
  const impure = /\bawait\b|\basync\b|\bPromise\b|\bprocess\.|\bconsole\./g
  const wrong = complaints(({ folder, code, imports }) => {
    if (!cores.includes(folder)) return []
    const modules = imports.filter(({ from }) => !from.startsWith('.'))
    const found = [...code.matchAll(impure)].map(([word]) => `says ${word}`)
    return [...modules.map(({ from }) => `imports ${from}`), ...found]
  })
  expect(wrong).toEqual([])
})

describe('packages', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: { [name: string]: string }
  }
  const importers = (name: string) =>
    sources
      .filter(({ imports }) => imports.some(({ from, isType }) => from === name && !isType))
      .map(({ path }) => path)

  test.each(oneFile)('%s is imported in one file', (name) => {
    expect(importers(name)).toHaveLength(1)
  })

  test.each(cliAlone)('%s is known in cli alone', (name) => {
    expect(importers(name).filter((path) => !path.startsWith('src/cli/'))).toEqual([])
  })

  test('only those that are declared are imported, and every declared one is', () => {
    const used = new Set(
      sources.flatMap(({ imports }) =>
        imports.map(({ from }) => from).filter((from) => !/^(\.|node:)/.test(from)),
      ),
    )
    expect([...used].sort()).toEqual(Object.keys(dependencies).sort())
  })
})

test('only registries are called index, and no file but re-exports', () => {
  const indexes = sources.filter(({ path }) => path.endsWith('/index.ts')).map(({ path }) => path)
  expect(indexes.filter((path) => !registries.includes(path))).toEqual([])
  const barrels = complaints(({ code }) =>
    /^export \* from/m.test(code) ? ['re-exports all'] : [],
  )
  expect(barrels).toEqual([])
})

test(`no file is longer than ${linesMax} lines`, () => {
  const files = [
    ...sources.map(({ path }) => path),
    ...filesUnder('bench', /\.(ts|mjs)$/),
    ...filesUnder('scripts', /\.(ts|mjs)$/),
  ]
  const long = files
    .map((path) => [path, readFileSync(join(root, path), 'utf8').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > linesMax)
    .map(([path, lines]) => `${path}: ${lines} lines`)
  expect(long).toEqual([])
})

test('every API has vectors, both ways', () => {
  const missing = apis.flatMap(({ name }) => {
    const lines = vectorLines<{ direction: string }>(`messages/${name}.jsonl`)
    return ['request', 'response']
      .filter((wanted) => !lines.some(({ direction }) => direction === wanted))
      .map((direction) => `${name} ${direction}`)
  })
  expect(missing).toEqual([])
})

test('no test is left out, and none stands alone', () => {
  const aside = /\b(?:test|it|describe)\.(?:only|skip|todo)\b/
  const wrong = filesUnder('test', /\.test\.ts$/).filter((path) =>
    aside.test(withoutComments(readFileSync(join(root, path), 'utf8'))),
  )
  expect(wrong).toEqual([])
})

test('the rules themselves notice what they forbid', () => {
  const code = withoutComments(
    "// import 'a'\nimport type { A } from './a.ts'\nawait import('x')\n",
  )
  expect(importsOf(code)).toEqual([
    { from: './a.ts', isType: true },
    { from: 'x', isType: false },
  ])
  expect(importsOf("import {\n  one,\n  two,\n} from './b.ts'\n")).toEqual([
    { from: './b.ts', isType: false },
  ])
  expect(worldlyModules.test('node:fs/promises')).toBe(true)
  expect(worldlyModules.test('node:path')).toBe(false)
})
