import type { Machine } from '../machine.ts'
import { logEvent } from './log.ts'
import { reasonOf } from './reasons.ts'

const logger = 'org.apache.kafka.clients.NetworkClient'

export type Warn = (message: string, cause?: unknown) => void

/** What a client has to say while one waits: a sentence for a person, an event of Kafka's client log for a script. */
export function clientWarnings(tool: string, { stderr, clock }: Machine): Warn {
  return (message, cause) => {
    if (!stderr.isTerminal) stderr.write(logEvent(clock, 'WARN', message, { logger }))
    else stderr.write(`${tool}: ${reasonOf(cause) ?? message}\n`)
  }
}
