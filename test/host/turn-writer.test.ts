/** Over streams that note each call that would go to the system. */
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deferred } from '../../src/base/deferred.ts'
import { systemNet } from '../../src/host/net.ts'
import { TurnWriter } from '../../src/host/turn-writer.ts'

let now: number

beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.restoreAllMocks()
})

test('what is written in one turn leaves at its end, and what goes to one socket in one call', async () => {
  const [one, other] = [wire(), wire()]
  expect(one.writer.write(bytes('a'))).toBe(true)
  expect(other.writer.write(bytes('b'))).toBe(true)
  expect(one.writer.write(bytes('c', 'd'))).toBe(true)
  expect([one.calls, other.calls]).toEqual([[], []])
  await turnsEnd()
  expect([one.calls, other.calls]).toEqual([['acd'], ['b']])
})

test('the next turn begins anew', async () => {
  const [one, other] = [wire(), wire()]
  one.writer.write(bytes('a'))
  other.writer.write(bytes('b'))
  await turnsEnd()
  one.writer.write(bytes('c'))
  expect(one.calls).toEqual(['a'])
  await turnsEnd()
  expect(one.calls).toEqual(['a', 'c'])
})

test('who is alone waits for nobody', async () => {
  const { writer, calls } = wire()
  writer.write(bytes('a'))
  await turnsEnd()
  writer.write(bytes('b', 'c'))
  writer.write(bytes('d'))
  expect(calls).toEqual(['a', 'bc', 'd'])
})

test('much leaves at once, behind what was held, and asks to wait', async () => {
  const { writer, calls, socket } = wire()
  const much = 'x'.repeat(socket.writableHighWaterMark)
  writer.write(bytes('a'))
  expect(writer.write(bytes(much))).toBe(false)
  expect(calls).toEqual([`a${much}`])
  await new Promise((resolve) => socket.once('drain', resolve))
  wire().writer.write(bytes('b'))
  expect(writer.write(bytes('c'))).toBe(true)
  expect(calls).toHaveLength(1)
  await turnsEnd()
  expect(calls[1]).toBe('c')
})

test('a turn that takes long holds nothing back for the whole of it', () => {
  const [one, other] = [wire(), wire()]
  one.writer.write(bytes('a'))
  now = 2
  other.writer.write(bytes('b'))
  expect([one.calls, other.calls]).toEqual([['a'], []])
})

test('what is held leaves before the end', () => {
  const { writer, calls, socket } = wire()
  writer.write(bytes('a'))
  socket.end()
  expect(calls).toEqual(['a'])
})

test('a socket that is gone does not stop the others', async () => {
  const [one, other] = [wire(), wire()]
  one.writer.write(bytes('a'))
  other.writer.write(bytes('b'))
  one.socket.destroy()
  await turnsEnd()
  expect(other.calls).toEqual(['b'])
})

test('listeners write so, and who connects does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jackdaw-turns-'))
  const held = vi.spyOn(net.Socket.prototype, 'cork')
  const server = await systemNet.listen({ path: join(folder, 'test.sock') }, (socket) => ({
    data: (chunk) => void socket.write([chunk]),
    drain() {},
    close() {},
  }))
  try {
    const answered = deferred<string>()
    const client = await systemNet.connect(server.address, {
      data: (chunk) => answered.resolve(Buffer.from(chunk).toString()),
      drain() {},
      close() {},
    })
    client.write(bytes('a'))
    expect(held).not.toHaveBeenCalled()
    expect(await answered.promise).toBe('a')
    client.destroy()
    expect(held).toHaveBeenCalledTimes(1)
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

function wire() {
  const calls: string[] = []
  const socket = new Duplex({
    read() {},
    write(chunk, _, done) {
      calls.push(String(chunk))
      done()
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''))
      done()
    },
  }) as net.Socket
  return { socket, calls, writer: new TurnWriter(socket) }
}

const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text))

const turnsEnd = () => new Promise((resolve) => setImmediate(resolve))
