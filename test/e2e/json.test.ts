/** docs/json.md, played: what the tools print for programs has the names and types that the page tells. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectRoot } from '../support/project.ts'
import { newSession, type Session } from './session.ts'

type Example = { command: string; values: unknown[] }

let session: Session
beforeAll(() => {
  session = newSession()
})
afterAll(() => session.end())

test('every example of the page', { timeout: 240_000 }, async () => {
  const examples = examplesIn(readFileSync(join(projectRoot, 'docs', 'json.md'), 'utf8'))
  expect(examples.length).toBeGreaterThan(20)
  for (const { command, values } of examples) {
    const said = await session.sh(await addressed(command))
    expect(said, command).toMatchObject({ code: 0 })
    if (values.length === 0) continue
    const printed = said.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(printed.length, command).toBe(values.length)
    for (const [i, value] of values.entries()) expectAlike(printed[i], value, `${command}: $[${i}]`)
  }
})

async function addressed(command: string): Promise<string> {
  if (!command.includes('ADDRESS')) return command
  const [broker] = (await session.status()).brokers
  return command.replace('ADDRESS', broker!.address!)
}

/** Null is every type; of a list the first element stands for all. Names may be data where they are no words (`retention.ms`). */
function expectAlike(found: unknown, told: unknown, where: string): void {
  if (found === null || told === null) return
  expect(kindOf(found), where).toBe(kindOf(told))
  if (Array.isArray(found) && Array.isArray(told)) {
    if (told.length === 0) return
    for (const each of found) expectAlike(each, told[0], `${where}[]`)
  } else if (typeof found === 'object') {
    const [one, other] = [found as Record<string, unknown>, told as Record<string, unknown>]
    expect(Object.keys(one).sort(), where).toEqual(Object.keys(other).sort())
    for (const name of Object.keys(one)) expectAlike(one[name], other[name], `${where}.${name}`)
  }
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value)

/** Commands with the values below them, which may take several lines. */
function examplesIn(page: string): Example[] {
  const examples: Example[] = []
  for (const [, block] of page.matchAll(/^```\n(.*?)^```$/gms)) {
    let part = ''
    for (const line of block!.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) {
        expect(part, 'a value that does not end').toBe('')
        examples.push({ command: line.slice(2), values: [] })
        continue
      }
      part += line
      // A line that begins at the margin and is no opening ends the value.
      if (!/^\S/.test(line) || line === '{' || line === '[') continue
      examples.at(-1)!.values.push(JSON.parse(part))
      part = ''
    }
  }
  return examples
}
