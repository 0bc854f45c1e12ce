import { expect, test } from 'vitest'
import { Trails } from '../../src/broker/groups/trails.ts'

const at = (partition: number, offset: number) => ({ topic: 't', partition, offset })

test('only what moved is remembered, and the last point before the time asked for counts', () => {
  const trails = new Trails({ trails: 10, points: 10 })
  const offsets = [0, 0, 5, 5, 9]
  for (const [i, offset] of offsets.entries()) trails.look(i * 100, [['g', at(0, offset)]])
  const points = (since: number) => trails.of('g', since)[0]!.points
  expect(points(0)).toEqual([
    { at: 0, offset: 0 },
    { at: 200, offset: 5 },
    { at: 400, offset: 9 },
  ])
  expect(points(250)).toEqual([
    { at: 200, offset: 5 },
    { at: 400, offset: 9 },
  ])
  expect(points(-1)).toHaveLength(3)
  expect(trails.of('h', 0)).toEqual([])
})

test('what is gone is forgotten, and nothing grows beyond its limits', () => {
  const trails = new Trails({ trails: 3, points: 2 })
  trails.look(0, [
    ['g', at(0, 1)],
    ['g', at(1, 1)],
    ['h', at(0, 1)],
    ['i', at(0, 1)],
  ])
  expect([trails.of('g', 0).length, trails.of('h', 0).length, trails.of('i', 0).length]).toEqual([
    2, 1, 0,
  ])
  for (let i = 1; i < 5; i++) trails.look(i, [['h', at(0, i)]])
  expect(trails.of('g', 0)).toEqual([])
  expect(trails.of('h', 0)[0]!.points).toEqual([
    { at: 3, offset: 3 },
    { at: 4, offset: 4 },
  ])
  // There is room again.
  trails.look(5, [['i', at(0, 1)]])
  expect(trails.of('i', 0)).toHaveLength(1)
})
