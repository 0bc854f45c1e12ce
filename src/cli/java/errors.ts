import { exceptionName } from '../../protocol/error-texts.ts'
import { KafkaError } from '../../protocol/errors.ts'

/**
 * A failure as Apache Kafka's tools name it: scripts read the text, and where Kafka prints an exception the text begins
 * with its class. Nothing here is Java but the names.
 */
export class JavaError extends Error {
  override name = 'JavaError'
  readonly exception: string

  /** `message` null is an exception without text, of which Kafka prints the class alone. */
  constructor(exception: string, message: string | null, options?: ErrorOptions) {
    super(message ?? '', options)
    this.exception = exception
    if (message === null) this.message = exception
  }

  get hasText(): boolean {
    return this.message !== this.exception
  }
}

export function illegalArgument(message: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', message)
}

export function configError(message: string): JavaError {
  return new JavaError('org.apache.kafka.common.config.ConfigException', message)
}

/** What Kafka's futures do to a failure on its way to the caller. */
export function executionError(cause: unknown): JavaError {
  return new JavaError('java.util.concurrent.ExecutionException', javaText(cause), { cause })
}

export function runtimeError(cause: unknown): JavaError {
  return new JavaError('java.lang.RuntimeException', javaText(cause), { cause })
}

/** `class: message`, the first line of a Java stack trace. */
export function javaText(error: unknown): string {
  const exception = exceptionOf(error)
  const message = messageOf(error)
  return message === null ? exception : `${exception}: ${message}`
}

export function messageOf(error: unknown): string | null {
  if (error instanceof JavaError) return error.hasText ? error.message : null
  if (error instanceof Error) return error.message
  return String(error)
}

const commonErrors = 'org.apache.kafka.common.errors.'
// The one exception of the protocol's table that does not live with the others.
const elsewhere: Record<string, string> = {
  INVALID_RECORD: 'org.apache.kafka.common.InvalidRecordException',
}

export function exceptionOf(error: unknown): string {
  if (error instanceof JavaError) return error.exception
  if (error instanceof KafkaError) {
    // The protocol has no error for it, because it happens before anybody speaks Kafka.
    if (error.message.startsWith('SSL handshake failed')) {
      return `${commonErrors}SslAuthenticationException`
    }
    return elsewhere[error.error] ?? commonErrors + exceptionName(error.error)
  }
  return 'org.apache.kafka.common.KafkaException'
}
