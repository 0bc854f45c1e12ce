import pino from 'pino'

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
    serializers: { error: pino.stdSerializers.err },
  }
  return options.stream === undefined ? pino(settings) : pino(settings, options.stream)
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
