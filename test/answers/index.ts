/** Every scene that is played. */
import { classicGroups } from './classic-groups.ts'
import { configs } from './configs.ts'
import { consumerGroups } from './consumer-groups.ts'
import { groupOffsets } from './group-offsets.ts'
import { off } from './off.ts'
import { operations } from './operations.ts'
import { records } from './records.ts'
import type { Scene } from './scene.ts'

export const scenes: readonly Scene[] = [
  configs,
  operations,
  records,
  off,
  classicGroups,
  consumerGroups,
  groupOffsets,
]
