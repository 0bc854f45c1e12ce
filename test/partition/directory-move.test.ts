import { expect, test } from 'vitest'
import {
  commonEnd,
  type EpochHistory,
  type MoveStep,
  type MoveView,
  nextMoveStep,
} from '../../src/partition/directory-move.ts'

const level: MoveView = {
  phase: 'copying',
  copyEnd: 10n,
  logStartOffset: 0n,
  logEndOffset: 10n,
  isKnown: false,
  isCompacting: false,
}

test.each<Partial<MoveView> & { expected: MoveStep; why: string }>([
  { copyEnd: 4n, expected: 'copy', why: 'records are missing' },
  {
    copyEnd: 4n,
    isKnown: true,
    phase: 'told',
    expected: 'copy',
    why: 'more came after it was level',
  },
  {
    copyEnd: 4n,
    isCompacting: true,
    expected: 'wait',
    why: 'a tombstone that was not copied may go',
  },
  {
    copyEnd: 4n,
    logStartOffset: 7n,
    expected: 'restart',
    why: 'what is missing is no longer there',
  },
  { copyEnd: 7n, logStartOffset: 7n, expected: 'copy', why: 'it begins where the log does' },
  { expected: 'tell', why: 'it has all, and the controller does not know' },
  { phase: 'told', expected: 'wait', why: 'the controller has not answered' },
  { phase: 'told', isKnown: true, expected: 'replace', why: 'the controller has it' },
  {
    isKnown: true,
    expected: 'replace',
    why: 'the metadata do not say where replicas lie, or say so already',
  },
  { isKnown: true, isCompacting: true, expected: 'wait', why: 'its files are being exchanged' },
])('the next step is to $expected: $why', ({ expected, why: _, ...given }) => {
  expect(nextMoveStep({ ...level, ...given })).toBe(expected)
})

/** A log whose epochs begin at these offsets. */
function history(
  starts: readonly (readonly [epoch: number, start: bigint])[],
  logEndOffset: bigint,
) {
  const latestEpoch = starts.at(-1)?.[0] ?? -1
  const endOfEpoch = (asked: number) => {
    if (asked === latestEpoch) return { leaderEpoch: asked, endOffset: logEndOffset }
    const next = starts.findIndex(([epoch]) => epoch > asked)
    if (next < 0 || asked < 0) return { leaderEpoch: -1, endOffset: -1n }
    return { leaderEpoch: starts[next - 1]?.[0] ?? asked, endOffset: starts[next]![1] }
  }
  return { latestEpoch, logEndOffset, endOfEpoch } satisfies EpochHistory
}

test.each<{ copy: EpochHistory; log: EpochHistory; expected: bigint; why: string }>([
  {
    copy: history([[0, 0n]], 5n),
    log: history([[0, 0n]], 9n),
    expected: 5n,
    why: 'the copy is behind',
  },
  {
    copy: history([[0, 0n]], 9n),
    log: history([[0, 0n]], 5n),
    expected: 5n,
    why: 'a power cut took the end of the log',
  },
  {
    copy: history([[0, 0n]], 9n),
    log: history(
      [
        [0, 0n],
        [1, 5n],
      ],
      12n,
    ),
    expected: 5n,
    why: 'the log went on in another epoch from where it was cut',
  },
  {
    copy: history(
      [
        [0, 0n],
        [2, 6n],
      ],
      9n,
    ),
    log: history(
      [
        [0, 0n],
        [1, 4n],
        [3, 8n],
      ],
      12n,
    ),
    expected: 4n,
    why: 'each has an epoch that the other has not',
  },
  {
    copy: history(
      [
        [0, 0n],
        [2, 6n],
      ],
      9n,
    ),
    log: history([[0, 0n]], 7n),
    expected: 6n,
    why: 'the log lost a whole epoch',
  },
  {
    copy: history([], 0n),
    log: history([[3, 0n]], 7n),
    expected: 0n,
    why: 'nothing was copied yet',
  },
  {
    copy: history([], 4n),
    log: history([], 7n),
    expected: 4n,
    why: 'the old formats know no epochs',
  },
  { copy: history([[1, 0n]], 4n), log: history([], 0n), expected: 0n, why: 'the log is empty' },
])('a copy goes with its log up to $expected: $why', ({ copy, log, expected }) => {
  expect(commonEnd(copy, log)).toBe(expected)
})
