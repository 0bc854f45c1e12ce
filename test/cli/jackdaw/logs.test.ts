/** What brokers wrote, as a program and as a person gets it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chalk } from 'chalk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clusterHost } from '../../../src/cli/jackdaw/context.ts'
import { LogReader } from '../../../src/cli/jackdaw/log-lines.ts'
import { logs } from '../../../src/cli/jackdaw/logs.ts'
import { findHome, logPath, propertiesPath } from '../../../src/cluster/home.ts'
import { scriptedMachine } from '../machine.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jackdaw-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = (time: string, node: number, more: object) =>
  `${JSON.stringify({ level: 'info', time, node, ...more })}\n`

const written: Record<number, string> = {
  1:
    line('2026-01-01T10:00:01.000Z', 1, { brokerEpoch: 18, msg: 'registered' }) +
    '(node:7) a warning of Node\n' +
    line('2026-01-01T10:00:03.000Z', 1, {
      log: 'orders-0',
      inSync: [1, 2],
      msg: 'the in-sync set changed',
    }),
  2: line('2026-01-01T10:00:02.000Z', 2, {
    level: 'error',
    err: { type: 'Error', message: 'no place', stack: 'Error: no place\n    at there' },
    places: [{ port: 1 }],
    msg: 'it failed',
  }),
}

async function shown(terminal: boolean): Promise<string> {
  const home = findHome(folder, {})
  for (const [id, text] of Object.entries(written)) {
    for (const [path, content] of [
      [propertiesPath(home, Number(id)), ''],
      [logPath(home, Number(id)), text],
    ] as const) {
      clusterHost.disk.makeDirectory(join(path, '..'))
      clusterHost.disk.writeFile(path, Buffer.from(content))
    }
  }
  const machine = scriptedMachine({ terminal, env: { NO_COLOR: '1' } })
  expect(await logs({ machine, host: clusterHost, home }, [], {})).toBe(0)
  return machine.out()
}

test('a program gets the files as they are', async () => {
  expect(await shown(false)).toBe(written[1]! + written[2])
})

test('a person gets sentences, of all brokers in the order of time', async () => {
  expect(await shown(true)).toBe(
    [
      '2026-01-01T10:00:01.000Z  broker 1  registered  brokerEpoch=18',
      '(node:7) a warning of Node',
      '2026-01-01T10:00:02.000Z  broker 2  error  it failed  places=[{"port":1}]',
      'Error: no place',
      '    at there',
      '2026-01-01T10:00:03.000Z  broker 1  the in-sync set changed  log=orders-0  inSync=1,2',
      '',
    ].join('\n'),
  )
})

test('a line is shown once it is whole, wherever its bytes are cut', () => {
  const reader = new LogReader(new Chalk({ level: 0 }))
  const bytes = Buffer.from(line('2026-01-01T10:00:01.000Z', 1, { msg: 'käse' }))
  const lines = [...bytes].flatMap((byte) => reader.read(Uint8Array.of(byte)))
  expect(lines.map(({ text }) => text)).toEqual(['2026-01-01T10:00:01.000Z  broker 1  käse'])
})
