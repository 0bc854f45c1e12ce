import type { Clock } from '../../host/clock.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { JavaError, javaText } from '../java/errors.ts'

/** An event as Kafka's tools log it, on stderr, with the pattern `[%d] %p %m (%c)%n` of their configuration. */
export function logEvent(
  clock: Clock,
  level: 'WARN' | 'ERROR',
  message: string,
  { logger, error }: { logger: string; error?: unknown },
): string {
  const head = `[${logTime(clock.now())}] ${level} ${message} (${logger})\n`
  return error === undefined ? head : head + exceptionText(error)
}

const handlers = 'org.apache.kafka.clients.admin.internals.'

/** What Kafka's admin client logs of an answer that it did not expect. */
export function adminEvent(
  clock: Clock,
  message: string,
  { of, clientId = 'adminclient-1' }: { of: string; clientId?: string | undefined },
): string {
  const logger = of.includes('.') ? of : `${handlers}${of}`
  return logEvent(clock, 'ERROR', `[AdminClient clientId=${clientId}] ${message}`, { logger })
}

/** What Kafka's admin client logs while it looks for the leaders of a topic whose name none can have. */
export function invalidTopicEvent(clock: Clock, topic: string): string {
  const text = `Received invalid topic error for topic ${topic} in \`Metadata\` response`
  const head = adminEvent(clock, text, { of: 'PartitionLeaderStrategy' })
  return head + exceptionText(new KafkaError('INVALID_TOPIC_EXCEPTION'))
}

/** Where Java prints a stack trace: its first line, and the causes, without the frames between them. */
export function exceptionText(error: unknown): string {
  const lines = [javaText(error)]
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    lines.push(`Caused by: ${javaText(cause)}`)
  }
  return `${lines.join('\n')}\n`
}

// The protocol's own exceptions carry no stack in Java, and nothing below them is shown.
function causeOf(error: unknown): unknown {
  return error instanceof JavaError ? error.cause : undefined
}

/** `2026-01-31 09:05:07,004`, in the machine's time zone. */
export function logTime(now: number): string {
  const at = new Date(now)
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${date} ${time},${String(at.getMilliseconds()).padStart(3, '0')}`
}
