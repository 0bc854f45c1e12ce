/** Rough surroundings: closed streams, a terminal of width 1, no UTF-8, endless lines, bytes that are no text. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { consoleProducer } from '../../src/cli/console-producer/console-producer.ts'
import { consumerGroups } from '../../src/cli/consumer-groups/consumer-groups.ts'
import type { Machine } from '../../src/cli/machine.ts'
import { turning } from '../../src/cli/output/ora.ts'
import { topics } from '../../src/cli/topics/topics.ts'
import { systemClock } from '../../src/host/clock.ts'
import { scriptedMachine } from '../cli/machine.ts'
import { jackdawCommand } from '../support/jackdaw.ts'
import { end, type Running, start } from '../support/processes.ts'
import { which } from '../support/project.ts'
import { newSession, type Session } from './session.ts'

let session: Session
beforeEach(async () => {
  session = newSession()
  await session.sh('topics --create --topic t')
})
afterEach(() => session.end())

const whole = 'console-consumer --topic t --partition 0 --offset earliest'

test('closed streams end a tool, and nothing else', async () => {
  const { sh } = session
  expect(await sh('console-producer --topic t <&-')).toMatchObject({ code: 0, stderr: '' })
  await sh('echo a line | console-producer --topic t')
  for (const line of [
    `${whole} --max-messages 1 >&-`,
    `${whole} --max-messages 1 2>&-`,
    'topics --list >&-',
    'topics --describe --topic none 2>&-',
    'consumer-groups --describe --all-groups >&- 2>&-',
  ]) {
    const { code, stdout, stderr } = await sh(line)
    expect([0, 1], line).toContain(code)
    expect(stdout + stderr, line).not.toMatch(/^\s+at |EBADF|EPIPE/m)
  }
  expect((await sh('topics --list')).stdout).toBe('t\n')
})

test('a terminal that is one column wide gets everything, however it looks', async () => {
  const { brokers } = await session.status()
  const at = ['--bootstrap-server', brokers[0]!.address]
  await session.sh('consumer-groups --reset-offsets --group g --topic t --to-earliest --execute')
  for (const [tool, args] of [
    [topics, ['--describe']],
    [topics, ['--list']],
    [consumerGroups, ['--describe', '--group', 'g']],
    [consumerGroups, ['--list']],
  ] as const) {
    const scripted = scriptedMachine({ argv: [...at, ...args], terminal: true, columns: 1 })
    expect(await tool.run({ ...scripted, clock: systemClock })).toBe(0)
    expect(scripted.out()).toMatch(/t|g/)
  }
})

test('at a terminal each line is asked for, once', async () => {
  const { brokers } = await session.status()
  const argv = ['--bootstrap-server', brokers[0]!.address, '--topic', 't']
  const scripted = scriptedMachine({ argv, terminal: true })
  type Take = Parameters<Machine['stdin']['start']>[0]
  let typed: Take | null = null
  const start = (take: Take) => {
    typed = take
  }
  const stdin = { ...scripted.stdin, start }
  const ended = consoleProducer.run({ ...scripted, clock: systemClock, stdin })
  const prompts = () => scripted.out().split('>').length - 1
  for (const [before, text] of ['one\n', 'two\n', 'three\nfour\n', 'five'].entries()) {
    await expect.poll(prompts).toBe(before + 1)
    typed!.chunk(Buffer.from(text))
  }
  typed!.end()
  expect(await ended).toBe(0)
  expect(scripted.out()).toBe('>>>>>')
  expect((await session.sh(`${whole} --max-messages 5`)).stdout).toBe(
    'one\ntwo\nthree\nfour\nfive\n',
  )
})

describe.skipIf(process.platform !== 'linux' || which('script') === null)(
  'a real terminal, while the other side is silent (without `script` of util-linux: skipped)',
  () => {
    let silent: net.Server
    let running: Running
    beforeEach(async () => {
      silent = net.createServer((socket) => socket.on('error', () => {}))
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    })
    afterEach(async () => {
      await end(running, 'SIGKILL')
      silent.close()
    })

    /** The tool as it is installed, not as it is written: what is loaded later has to be found. */
    function atTerminal(): Running {
      const { port } = silent.address() as AddressInfo
      const { command, args } = jackdawCommand('topics', [
        '--list',
        '--bootstrap-server',
        `127.0.0.1:${port}`,
      ])!
      const line = [command, ...args].map((word) => `'${word}'`).join(' ')
      const env = { TERM: 'xterm' }
      return start(
        {
          command: 'script',
          args: ['-qefc', `stty cols 100; exec ${line}`, '/dev/null'],
          env,
        },
        { keepStdinOpen: true },
      )
    }

    test('a spinner turns', async () => {
      running = atTerminal()
      await running.outputs((output) => output.includes('asking the cluster'), 60_000)
      expect(`${running.stdout()}`).not.toMatch(/Error|^\s+at /m)
    })
  },
)

test.each([0, undefined])('a terminal that is %s columns wide does without', (columns) => {
  const before = Object.getOwnPropertyDescriptor(process.stderr, 'columns')
  Object.defineProperty(process.stderr, 'columns', { value: columns, configurable: true })
  try {
    expect(turning('asking')).toBeNull()
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.stderr, 'columns')
    else Object.defineProperty(process.stderr, 'columns', before)
  }
})

test('without UTF-8 in the locale, bytes stay what they are', async () => {
  const { sh } = session
  const line = 'žluťoučký kůň 🐎'
  writeFileSync(join(session.folder, 'in.txt'), `${line}\n`)
  await sh('LC_ALL=C LANG=C console-producer --topic t < in.txt')
  expect((await sh(`LC_ALL=C LANG=C ${whole} --max-messages 1`)).stdout).toBe(`${line}\n`)
})

test('NUL bytes, tabs, carriage returns in the middle of a record of JSON: to the byte', async () => {
  const { sh } = session
  const value = Buffer.from([0, 9, 13, 10, 255, 0, 34, 92]).toString('base64')
  writeFileSync(
    join(session.folder, 'in.jsonl'),
    `{"key":"\\u0000","value":{"base64":"${value}"}}\n`,
  )
  await sh('console-producer --topic t --input jsonl < in.jsonl')
  const read = JSON.parse((await sh(`${whole} --max-messages 1 --output jsonl`)).stdout)
  expect(read).toMatchObject({ key: '\0', value: { base64: value } })
  writeFileSync(join(session.folder, 'nul.txt'), 'a\0b\n')
  await sh('console-producer --topic t < nul.txt')
  const lines = await sh('console-consumer --topic t --partition 0 --offset 1 --max-messages 1')
  expect(lines.stdout).toBe('a\0b\n')
})

test('a line of 100 MB is told to be too large, and those around it arrive', async () => {
  const { sh, folder } = session
  await sh(`{ echo before; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo after; } > in.txt`)
  const { code, stderr } = await sh('console-producer --topic t < in.txt')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^line 2 was not delivered: .* \(RecordTooLarge\)\n$/)
  expect((await sh(`${whole} --max-messages 2`)).stdout).toBe('before\nafter\n')
  expect(readFileSync(join(folder, 'in.txt')).length).toBe(100000014)
}, 60_000)

test('and where it is allowed to be as large, it comes out as it went in', async () => {
  const { sh, folder } = session
  await sh('topics --create --topic large --config max.message.bytes=100000000')
  await sh('head -c 60000000 /dev/urandom | base64 -w 0 > line.txt; echo >> line.txt')
  const produced = await sh(
    'console-producer --topic large --producer-property max.request.size=100000000 --max-memory-bytes 200000000 < line.txt',
  )
  expect(produced).toEqual({ code: 0, stdout: expect.anything(), stderr: '' })
  await sh(
    'console-consumer --topic large --partition 0 --offset earliest --max-messages 1 > out.txt',
  )
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  expect(digest('out.txt')).toBe(digest('line.txt'))
}, 90_000)

test.each(['cat in.txt |', '< in.txt'])(
  'what cannot be taken ends a long input (%s): all before it arrives, and nothing else',
  async (input) => {
    const { sh, folder } = session
    const lines = Array.from({ length: 150_000 }, (_, i) => `key ${i}:value ${i}`)
    lines[140_000] = 'no separator'
    writeFileSync(join(folder, 'in.txt'), `${lines.join('\n')}\n`)
    const read = '--reader-property parse.key=true --reader-property key.separator=:'
    const { code, stderr } = await sh(`${input} console-producer --topic t ${read}`)
    expect(code).toBe(1)
    expect(stderr).toContain("No key separator found on line number 140001: 'no separator'")
    const printed = '--formatter-property print.key=true --formatter-property key.separator=:'
    await sh(`${whole} ${printed} --max-messages 140000 > out.txt`)
    expect(readFileSync(join(folder, 'out.txt'), 'utf8')).toBe(
      `${lines.slice(0, 140_000).join('\n')}\n`,
    )
    expect((await sh('get-offsets --topic t')).stdout).toBe('t:0:140000\n')
  },
  60_000,
)

test.each(['cat in.txt |', '< in.txt', '(head -c 100000; cat) < in.txt |'])(
  'lines of all sizes, with all kinds of ends (%s), come out as they went in',
  async (input) => {
    const { sh, folder } = session
    const ends = ['\n', '\r\n', '\n', '\r']
    const lines = Array.from({ length: 4000 }, (_, i) => {
      const size = i % 997 === 996 ? 400_000 : i % 83 === 82 ? 20_000 : (i * i) % 300
      return `${i} ${'ž'.repeat(size / 2)}`
    })
    const text = lines.map((line, i) => line + ends[i % ends.length]).join('')
    // The last one needs no end.
    writeFileSync(join(folder, 'in.txt'), text.slice(0, -1))
    expect(await sh(`${input} console-producer --topic t`)).toMatchObject({ code: 0, stderr: '' })
    await sh(`${whole} --max-messages ${lines.length} > out.txt`)
    const written = readFileSync(join(folder, 'out.txt'), 'utf8')
    expect(written === `${lines.join('\n')}\n`).toBe(true)
  },
  60_000,
)
