import type { Assignor } from './assignor.ts'
import { range } from './range.ts'
import { roundRobin } from './round-robin.ts'
import { cooperativeSticky, sticky } from './sticky.ts'

/** By the names under which members offer them. */
export const assignors: ReadonlyMap<string, Assignor> = new Map(
  [range, roundRobin, sticky, cooperativeSticky].map((each) => [each.name, each]),
)
