import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { History } from '../../src/broker/groups/history.ts'
import { HistoryFile } from '../../src/broker/groups/history-file.ts'
import { type Logger, silentLogger } from '../../src/broker/logger.ts'
import type { Note } from '../../src/groups/notes.ts'
import { systemDisk } from '../../src/host/disk.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jackdaw-history-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, '1.jsonl')
const newFile = (bytesMax?: number, logger: Logger = silentLogger) =>
  new HistoryFile({
    disk: systemDisk,
    path: path(),
    logger,
    ...(bytesMax === undefined ? {} : { bytesMax }),
  })

const assignment = (
  kind: 'assigned' | 'taken-over',
  generation: number,
  memberId: string,
): Note => ({
  kind,
  generation,
  protocol: 'range',
  partitions: new Map([[memberId, 1]]),
  shares: new Map([[memberId, [{ topic: 't', partitions: new Set([0]) }]]]),
})
const emptied = (generation: number): Note => ({ kind: 'emptied', generation })

test('what one life has noted the next one tells, with what moved since', () => {
  const first = new History(newFile())
  first.add('g', assignment('assigned', 1, 'a'), 1000)
  first.add('h', emptied(7), 1500)
  // No close: a process that is killed does not get to it.
  const next = new History(newFile())
  next.add('g', assignment('assigned', 2, 'b'), 2000)
  expect(next.of('g')).toMatchObject([
    { at: 1000, kind: 'assigned', generation: 1, partitions: new Map([['a', 1]]), movedCount: 0 },
    { at: 2000, kind: 'assigned', generation: 2, moved: [{ topic: 't', from: 'a', to: 'b' }] },
  ])
  next.add('g', emptied(2), 3000)
  expect(next.of('g').map(({ at }) => at)).toEqual([1000, 2000, 3000])
  expect(next.of('h')).toEqual([{ at: 1500, kind: 'emptied', generation: 7 }])
})

test('what moved under another coordinator is not told as if it had been seen', () => {
  const history = new History(newFile())
  history.add('g', assignment('assigned', 1, 'a'), 1)
  history.add('g', assignment('taken-over', 5, 'b'), 2)
  history.add('g', assignment('assigned', 6, 'c'), 3)
  expect(history.of('g')).toMatchObject([
    { kind: 'assigned', movedCount: 0 },
    { kind: 'taken-over', generation: 5, movedCount: 0 },
    { kind: 'assigned', moved: [{ from: 'b', to: 'c' }] },
  ])
})

test('half a line of a crash, and what somebody else wrote, cost nothing but themselves', () => {
  newFile().append({ groupId: 'g', at: 1, note: emptied(1) })
  appendFileSync(
    path(),
    'null\n{"at":2,"groupId":"g"}\n{"at":2,"groupId":"g","note":{"kind":"assigned","partitions":[],"shares":[["a",[{"topic":"t","partitions":{}}]]]}}\n{"at":3,"groupId":"g","no',
  )
  newFile().append({ groupId: 'g', at: 4, note: emptied(4) })
  expect(
    newFile()
      .read()!
      .map(({ at }) => at),
  ).toEqual([1, 4])
})

test('two files take turns, and stay as small as they should', () => {
  const file = newFile(1000)
  for (let at = 1; at <= 200; at++) file.append({ groupId: 'g', at, note: emptied(at) })
  file.close()
  for (const each of [path(), `${path()}.1`]) expect(statSync(each).size).toBeLessThanOrEqual(1000)
  const kept = newFile(1000)
    .read()!
    .map(({ at }) => at)
  expect(kept.length).toBeGreaterThan(15)
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 201 - kept.length + i))
})

test('a disk that fails is told of once, and the groups go on', () => {
  systemDisk.makeDirectory(path())
  const told: string[] = []
  const history = new History(
    newFile(1000, { ...silentLogger, warn: (_, message) => void told.push(message) }),
  )
  history.add('g', emptied(1), 1)
  history.add('g', emptied(2), 2)
  expect(history.of('g').map(({ at }) => at)).toEqual([1, 2])
  expect(told).toEqual(['the timeline of groups is kept in memory alone from here on'])
})

test('a start without an event leaves no file', () => {
  expect(new History(newFile()).of('g')).toEqual([])
  expect(existsSync(path())).toBe(false)
  newFile().append({ groupId: 'g', at: 1, note: emptied(1) })
  expect(readFileSync(path(), 'utf8')).toBe(
    '{"groupId":"g","at":1,"note":{"kind":"emptied","generation":1}}\n',
  )
})
