/** One table of tools; what must name them once more is held to it. */
import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toolNames } from '../../src/cli/tools.ts'
import { projectRoot } from '../support/project.ts'

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')

test("package.json's bin is jackdaw and the table", () => {
  const { bin } = JSON.parse(read('package.json')) as { bin: Record<string, string> }
  expect(bin).toEqual({
    jackdaw: 'bin/jackdaw',
    ...Object.fromEntries(toolNames.map((name) => [`jackdaw-${name}`, `bin/${name}`])),
  })
})

describe.each(['jackdaw', ...toolNames])('%s', (name) => {
  test('has a command in bin/, which can be run', () => {
    accessSync(join(projectRoot, 'bin', name), constants.X_OK)
    const like = read('bin/topics').replace("'../dist/topics.cjs'", `'../dist/${name}.cjs'`)
    expect(read(`bin/${name}`)).toBe(like)
  })

  test('stands in the README', () => {
    expect(read('README.md')).toMatch(new RegExp(`\`${name}\\b`))
  })
})

test('a tool lives in the folder of its name', () => {
  const rows = [
    ...read('src/cli/tools.ts').matchAll(/^ {2}'?([\w-]+)'?: \(\) => import\('(.+)'\),$/gm),
  ]
  expect(rows.map(([, name, path]) => [name, path])).toEqual(
    toolNames.map((name) => [name, `./${name}/main.ts`]),
  )
})
