/** Every scene that is played. */
import { configs } from './configs.ts'
import { off } from './off.ts'
import { operations } from './operations.ts'
import { records } from './records.ts'
import type { Scene } from './scene.ts'

export const scenes: readonly Scene[] = [configs, operations, records, off]
