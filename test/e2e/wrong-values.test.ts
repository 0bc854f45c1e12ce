/** Every tool gets every option with values that make no sense: whatever it says is said in words, and it ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OptionDeclaration } from '../../src/cli/options/declare.ts'
import { tell } from '../../src/cli/tell.ts'
import type { Tool } from '../../src/cli/tool.ts'
import { toolNames } from '../../src/cli/tools.ts'
import { systemClock } from '../../src/host/clock.ts'
import { scriptedMachine } from '../cli/machine.ts'
import { type Jackdaw, startJackdaw } from '../support/jackdaw.ts'

const wrong = ['', 'x', '-1', '0', '99999999999999999999', 'a=b,,=', '/nowhere/at.all', '§\0 "']

/** What no person and no script should ever have to read. */
const unreadable = [
  { what: 'a stack trace', pattern: /^\s+at .*:\d+:\d+\)?$/m },
  { what: 'undefined', pattern: /\bundefined\b/ },
  { what: 'an object', pattern: /\[object / },
  { what: "JavaScript's own error", pattern: /\b(Type|Range|Reference|Syntax)Error\b/ },
  { what: 'no number', pattern: /\bNaN\b/ },
  { what: 'a bare error code', pattern: /\berror ?codes?\b:? *-?\d+\b/i },
]

function ensureReadable(text: string, shown: string): void {
  for (const { what, pattern } of unreadable) {
    expect(pattern.test(text), `${what} in the answer to ${shown}:\n${text}`).toBe(false)
  }
}

// With these a tool goes on until it is told to stop, or shows the stack that was asked for.
const leftOut = new Set(['watch', 'follow', 'wait', 'debug'])

// Who waits for more than this is asked to end, as by Ctrl-C.
const patienceMs = 500

const folder = mkdtempSync(join(tmpdir(), 'jackdaw-wrong-values-'))
const impatient = join(folder, 'impatient.properties')
writeFileSync(impatient, 'default.api.timeout.ms=300\nrequest.timeout.ms=300\nmax.block.ms=300\n')

let jackdaw: Jackdaw
beforeAll(async () => {
  jackdaw = await startJackdaw({ config: { 'group.initial.rebalance.delay.ms': 0 } })
})
afterAll(async () => {
  await jackdaw?.stop()
  rmSync(folder, { recursive: true })
})

const tools = await Promise.all(toolNames.map(toolOf))

describe.each(tools.map((tool) => ({ name: tool.declaration.name, tool })))('$name', ({ tool }) => {
  const { options, commands = [] } = tool.declaration
  const given = options.filter(({ argument, name }) => argument !== undefined && name !== 'home')
  test.each(given.map((option) => ({ option, name: option.name })))(
    '--$name',
    { timeout: 240_000 },
    async ({ option }) => {
      for (const value of wrong) {
        // An address like any other, at which nobody answers.
        const isSilent = option.name === 'bootstrap-server' && value.startsWith('/')
        const soon = isSilent ? endsSoon(options) : []
        if (soon === null) continue
        for (const base of bases(options, option)) {
          const argv = [...base, `--${option.name}`, value, ...soon]
          const { code, text } = await run(tool, argv)
          const shown = `${tool.declaration.name} ${argv.map((word) => JSON.stringify(word)).join(' ')}`
          expect(Number.isInteger(code), shown).toBe(true)
          ensureReadable(text, shown)
        }
      }
    },
  )

  const ofCommands = commands.flatMap((command) =>
    command.options
      .filter(({ argument }) => argument !== undefined)
      .map(({ name }) => ({ command: command.name, name, all: command.options })),
  )
  test.each(ofCommands)(
    '$command --$name',
    { timeout: 240_000 },
    async ({ command, name, all }) => {
      // What the command itself does not take stands before it.
      const own = all.some((option) => option.name === 'bootstrap-server')
      const server = ['--bootstrap-server', jackdaw.bootstrap]
      const start = own ? [command, ...server] : [...server, command]
      for (const value of wrong) {
        const isSilent = name.startsWith('bootstrap') && value.startsWith('/')
        // A node that is none: it might still come, and is waited for as long.
        const isMissing = name === 'node-id' && value === '0'
        const soon = isSilent || isMissing ? endsSoon(options) : []
        if (soon === null) continue
        const base = name.startsWith('bootstrap') ? [command] : start
        const argv = [...soon, ...base, `--${name}`, value]
        const { code, text } = await run(tool, argv)
        const shown = `${tool.declaration.name} ${JSON.stringify(argv)}`
        expect(Number.isInteger(code), shown).toBe(true)
        ensureReadable(text, shown)
      }
    },
  )

  const flags = options.filter(({ argument, name }) => argument === undefined && !leftOut.has(name))
  test('flags, two by two', { timeout: 240_000 }, async () => {
    for (const [index, one] of flags.entries()) {
      for (const other of flags.slice(index + 1)) {
        const argv = [
          ...['--bootstrap-server', jackdaw.bootstrap, `--${one.name}`, `--${other.name}`],
        ]
        const { code, text } = await run(tool, argv)
        const shown = `${tool.declaration.name} ${argv.join(' ')}`
        expect(Number.isInteger(code), shown).toBe(true)
        ensureReadable(text, shown)
      }
    }
  })
})

/** So that it does not wait for a minute, as Kafka's tools do; null: nothing makes it. */
function endsSoon(options: readonly OptionDeclaration[]): string[] | null {
  const isTaken = options.some(({ name }) => name === 'command-config')
  return isTaken ? ['--command-config', impatient] : null
}

/** Command lines that get as far as they can: with what is required, and once for each action that the tool has. */
function bases(options: readonly OptionDeclaration[], tried: OptionDeclaration): string[][] {
  const fill = (name: string, value: string): string[] =>
    name !== tried.name && options.some((option) => option.name === name)
      ? [`--${name}`, value]
      : []
  const common = [
    ...fill('bootstrap-server', jackdaw.bootstrap),
    ...fill('timeout-ms', '100'),
    ...fill('topic', 'wrong-values'),
    ...fill('max-messages', '3'),
  ]
  const actions = [
    'create',
    'list',
    'describe',
    'alter',
    'delete',
    'reset-offsets',
    'delete-offsets',
  ]
    .filter((action) => options.some(({ name }) => name === action))
    .map((action) => [...common, `--${action}`])
  return actions.length === 0 ? [common] : actions
}

async function run(tool: Tool, argv: readonly string[]): Promise<{ code: number; text: string }> {
  const scripted = scriptedMachine({ argv, env: { JACKDAW_NO_START: '1' } })
  let over: NodeJS.Timeout | undefined
  const machine = {
    ...scripted,
    clock: systemClock,
    onSignal: (take: (signal: 'SIGINT') => void) => {
      over = setTimeout(() => take('SIGINT'), patienceMs)
    },
  }
  let code: number
  try {
    code = await tool.run(machine)
  } catch (error) {
    code = tell(error, { tool, machine })
  } finally {
    clearTimeout(over)
  }
  return { code, text: scripted.out() + scripted.err() }
}

async function toolOf(name: string): Promise<Tool> {
  const file = await import(`../../src/cli/${name}/${name}.ts`)
  const isTool = (value: unknown) =>
    typeof value === 'object' && value !== null && 'declaration' in value && 'run' in value
  return Object.values(file).find(isTool) as Tool
}
