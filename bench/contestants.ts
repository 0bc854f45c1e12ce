/** The same jobs as commands of ours, of kcat and of Apache Kafka. */
import { apache, apacheCommand } from '../test/support/apache.ts'
import { jackdawCommand } from '../test/support/jackdaw.ts'
import type { Command } from '../test/support/processes.ts'
import { which } from '../test/support/project.ts'

export type Rival = 'jackdaw' | 'kcat' | 'apache'

export const java = apache()
export const kcat = which('kcat')

/** Those that this machine has. */
export const rivals: readonly Rival[] = [
  'jackdaw',
  ...(kcat === null ? [] : (['kcat'] as const)),
  ...(java.ok ? (['apache'] as const) : []),
]

/** As Kafka's own scripts start tools. */
export const stockJava = ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-Xmx512M']

export function producer(rival: Rival, bootstrap: string, topic: string, acks: string): Command {
  switch (rival) {
    case 'jackdaw':
      return ours('console-producer', bootstrap, [
        '--topic',
        topic,
        '--request-required-acks',
        acks,
      ])
    case 'apache':
      return theirs('kafka-console-producer', bootstrap, [
        ...['--topic', topic, '--request-required-acks', acks],
      ])
    case 'kcat':
      return {
        command: 'kcat',
        args: ['-b', bootstrap, '-P', '-t', topic, '-X', `acks=${acks}`],
      }
  }
}

export function consumer(rival: Rival, bootstrap: string, topic: string, count: number): Command {
  const most = ['--topic', topic, '--from-beginning', '--max-messages', String(count)]
  switch (rival) {
    case 'jackdaw':
      return ours('console-consumer', bootstrap, most)
    case 'apache':
      return theirs('kafka-console-consumer', bootstrap, most)
    case 'kcat':
      return {
        command: 'kcat',
        args: ['-b', bootstrap, '-C', '-t', topic, '-o', 'beginning', '-e', '-q'],
      }
  }
}

export function ours(tool: string, bootstrap: string, args: string[]): Command {
  return jackdawCommand(tool, ['--bootstrap-server', bootstrap, ...args])!
}

export function theirs(tool: string, bootstrap: string, args: string[]): Command {
  return apacheCommand(tool, ['--bootstrap-server', bootstrap, ...args], { java: stockJava })!
}
