import { expect, test } from 'vitest'
import { consoleConsumer } from '../../src/cli/console-consumer/console-consumer.ts'
import { notConstructed } from '../../src/cli/console-consumer/consumer-options.ts'
import { executionError, illegalArgument, JavaError } from '../../src/cli/java/errors.ts'
import { ToolFailure, tell, traced } from '../../src/cli/tell.ts'
import { KafkaError } from '../../src/protocol/errors.ts'
import { scriptedMachine } from './machine.ts'

const invalidGroup = new JavaError(
  'org.apache.kafka.common.errors.InvalidGroupIdException',
  'The group id is invalid.',
)

test.each<{ error: Error; line: string; why: string }>([
  {
    error: notConstructed(illegalArgument('the reason')),
    line: 'Failed to construct kafka consumer: the reason',
    why: 'that something was not made is no reason',
  },
  {
    error: traced(notConstructed(illegalArgument('the reason'))),
    line: 'Failed to construct kafka consumer: the reason',
    why: 'also where the tool has found words of its own for scripts',
  },
  {
    error: executionError(invalidGroup),
    line: 'The group id is invalid.',
    why: 'the names of Java’s classes are for those who read Java',
  },
  {
    error: new ToolFailure('What was tried. The group id is invalid.', { cause: invalidGroup }),
    line: 'What was tried. The group id is invalid.',
    why: 'nothing is said twice',
  },
  {
    error: traced(new JavaError('java.nio.file.NoSuchFileException', 'client.properties')),
    line: 'there is no file client.properties',
    why: 'the name of a file alone says nothing',
  },
  {
    error: new KafkaError('NETWORK_EXCEPTION', 'nobody answers', {
      cause: new Error('ECONNREFUSED'),
    }),
    line: 'nobody answers',
    why: 'our own sentences are whole',
  },
])('one line for a person: $why', ({ error, line }) => {
  const machine = scriptedMachine({ terminal: true })
  expect(tell(error, { tool: consoleConsumer, machine })).toBe(1)
  expect(machine.out()).toBe('')
  expect(machine.err().split('\n')[0]).toBe(`console-consumer: ${line}`)
})
