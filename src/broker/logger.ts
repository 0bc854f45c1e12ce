import pino from 'pino'
import { KafkaError } from '../protocol/errors.ts'

/** What the broker tells of itself. One line an event, `fields` as JSON. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export function fileLogger(options: {
  level: string
  nodeId: number
  stream?: NodeJS.WritableStream
}): Logger {
  const settings = {
    level: options.level,
    base: { node: options.nodeId },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: told },
  }
  return options.stream === undefined ? pino(settings) : pino(settings, options.stream)
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** What the world does to us is told in words; where our own code went wrong the stack shows the place. */
function told(error: unknown): unknown {
  if (error instanceof KafkaError) return { error: error.error, message: error.message }
  if (error instanceof Error && 'syscall' in error) return { message: error.message }
  return error instanceof Error ? pino.stdSerializers.err(error) : error
}
