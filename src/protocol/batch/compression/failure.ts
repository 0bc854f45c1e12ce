import { KafkaError } from '../../errors.ts'

/**
 * Kafka answers UNKNOWN_SERVER_ERROR when a codec's library throws. INVALID_RECORD tells a producer the same (do not try
 * again) and says whose fault it is; CORRUPT_MESSAGE would make it try again until its delivery times out.
 */
export function unreadable(codec: string, what: string, cause?: unknown): KafkaError {
  return new KafkaError(
    'INVALID_RECORD',
    `Failed to decompress record stream: ${codec}: ${what}`,
    cause === undefined ? undefined : { cause },
  )
}

export function tooLarge(codec: string, sizeMax: number): KafkaError {
  return new KafkaError(
    'MESSAGE_TOO_LARGE',
    `the ${codec} data would become larger than ${sizeMax} bytes, the limit for one batch`,
  )
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
