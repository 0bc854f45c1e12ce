import { expect, test } from 'vitest'
import { javaText } from '../../../src/cli/java/errors.ts'
import { parseUuid } from '../../../src/cli/java/uuid.ts'
import { matchingTopics } from '../../../src/cli/topics/pattern.ts'
import { plainNames, plainTopics } from '../../../src/cli/topics/plain.ts'
import { parseAssignment, parseTopicConfigs } from '../../../src/cli/topics/request.ts'
import {
  type PartitionView,
  type Report,
  reported,
  type TopicView,
} from '../../../src/cli/topics/view.ts'

const names = ['beta', 'alpha', '__consumer_offsets', 'alphabet', 'a.b']

test.each([
  { pattern: undefined, found: ['__consumer_offsets', 'a.b', 'alpha', 'alphabet', 'beta'] },
  { pattern: 'alpha', found: ['alpha'] },
  { pattern: 'alpha.*', found: ['alpha', 'alphabet'] },
  { pattern: 'alpha,beta', found: ['alpha', 'beta'] },
  { pattern: ' alpha, beta ', found: ['alpha', 'beta'] },
  { pattern: '"alpha"', found: ['alpha'] },
  { pattern: 'lpha', found: [] },
  { pattern: 'ALPHA', found: [] },
  { pattern: '(?i)ALPHA', found: ['alpha'] },
])('--topic $pattern', ({ pattern, found }) => {
  expect(matchingTopics(names, { pattern, excludeInternal: false })).toEqual(found)
})

test('a bad pattern is told as it was understood', () => {
  expect(() => matchingTopics(names, { pattern: ' [, ', excludeInternal: false })).toThrow(
    '[| is an invalid regex.',
  )
})

test.each([
  {
    text: '1:2,2:3',
    assignment: [
      [1, 2],
      [2, 3],
    ],
  },
  { text: '1', assignment: [[1]] },
  { text: ' 1 : 2 ,', assignment: [[1, 2]] },
])('--replica-assignment $text', ({ text, assignment }) => {
  expect(parseAssignment(text)).toEqual(assignment)
})

test.each([
  [
    '1:1',
    'org.apache.kafka.tools.AdminCommandFailedException: Partition replica lists may not contain duplicate entries: 1',
  ],
  [
    '1,1:2',
    'org.apache.kafka.tools.AdminOperationException: Partition 1 has different replication factor: [1, 2]',
  ],
  ['1:x', 'java.lang.NumberFormatException: For input string: "x"'],
  ['1,,1', 'java.lang.NumberFormatException: For input string: ""'],
])('--replica-assignment %s', (text, fault) => {
  expect(faultOf(() => parseAssignment(text))).toBe(fault)
})

test('--config trims around the sign', () => {
  expect([...parseTopicConfigs(['retention.ms = 2000'])]).toEqual([['retention.ms', '2000']])
})

test.each(['retention.ms', 'retention.ms=', 'retention.ms=1=2', ''])('--config %j', (text) => {
  expect(faultOf(() => parseTopicConfigs([text]))).toContain(
    'requirement failed: Invalid topic config',
  )
})

test.each([
  [
    'nonsense',
    'Input string `nonsense` decoded as 6 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID',
  ],
  [
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'Input string with prefix `AAAAAAAAAAAAAAAAAAAAAAAA` is too long to be decoded as a base64 UUID',
  ],
])('--topic-id %s', (text, fault) => {
  expect(() => parseUuid(text)).toThrow(fault)
})

const none: Report = {
  underReplicated: false,
  unavailable: false,
  underMinIsr: false,
  atMinIsr: false,
  overrides: false,
}

const partition = (number: number, more: Partial<PartitionView>): PartitionView => ({
  partition: number,
  leader: 1,
  replicas: [1, 2],
  isr: [1, 2],
  elr: [],
  lastKnownElr: [],
  ...more,
})

const topic: TopicView = {
  name: 't',
  topicId: 'abcdefghijklmnopqrstuv',
  replicationFactor: 2,
  configs: [{ name: 'min.insync.replicas', value: '2', isDefault: false }],
  partitions: [
    partition(0, {}),
    partition(1, { isr: [1] }),
    partition(2, { leader: null, isr: [], elr: [2], lastKnownElr: [1] }),
    partition(3, { leader: 9 }),
    partition(4, { replicas: [1, 2, 3], isr: [1, 2], reassignment: { adding: [3], removing: [] } }),
  ],
}

test.each([
  {
    report: { underReplicated: true },
    partitions: [1, 2],
    why: 'replicas that are being added do not count',
  },
  { report: { unavailable: true }, partitions: [2, 3], why: 'no leader, or one that is gone' },
  { report: { underMinIsr: true }, partitions: [1, 2], why: 'fewer than needed' },
  { report: { atMinIsr: true }, partitions: [0, 3, 4], why: 'just as many as needed' },
  { report: { underMinIsr: true, atMinIsr: true }, partitions: [0, 1, 2, 3, 4], why: 'either' },
])('$report: $why', ({ report, partitions }) => {
  const [shown] = reported([topic], {
    report: { ...none, ...report },
    liveBrokers: new Set([1, 2]),
  })
  expect(shown!.partitions.map((each) => each.partition)).toEqual(partitions)
})

test('lists of what is not known, what is not there, and what moves', () => {
  const view = {
    ...topic,
    partitions: [
      topic.partitions[2]!,
      topic.partitions[4]!,
      partition(5, { elr: null, lastKnownElr: null }),
    ],
  }
  expect(plainTopics([view], none)).toBe(
    [
      'Topic: t\tTopicId: abcdefghijklmnopqrstuv\tPartitionCount: 3\tReplicationFactor: 2\tConfigs: min.insync.replicas=2',
      '\tTopic: t\tPartition: 2\tLeader: none\tReplicas: 1,2\tIsr: \tElr: 2\tLastKnownElr: 1',
      '\tTopic: t\tPartition: 4\tLeader: 1\tReplicas: 1,2,3\tIsr: 1,2\tAdding Replicas: 3\tRemoving Replicas: \tElr: \tLastKnownElr: ',
      '\tTopic: t\tPartition: 5\tLeader: 1\tReplicas: 1,2\tIsr: 1,2\tElr: N/A\tLastKnownElr: N/A',
      '',
    ].join('\n'),
  )
})

test('no names are one empty line', () => {
  expect(plainNames([])).toBe('\n')
  expect(plainNames(['a', 'b'])).toBe('a\nb\n')
})

function faultOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return javaText(error)
  }
  throw new Error('it was not refused')
}
