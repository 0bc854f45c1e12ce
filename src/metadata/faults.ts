/** Kafka's answer to one topic, partition or resource of a request: an error code and a sentence, or neither. */
import { code, type ErrorName, KafkaError } from '../protocol/errors.ts'

export interface Fault {
  readonly errorCode: number
  readonly errorMessage: string | null
}

export const noFault: Fault = { errorCode: 0, errorMessage: null }

/** Without a message of its own, the error's general one. */
export function fault(error: ErrorName, message?: string): Fault {
  return { errorCode: code(error), errorMessage: new KafkaError(error, message).message }
}

/**
 * Runs a rule that refuses by throwing; what it refuses for is the answer, anything else is our own mistake. A rule that has
 * nothing to say beyond its error says nothing.
 */
export function attempt(rule: () => void): Fault {
  try {
    rule()
    return noFault
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    const general = new KafkaError(error.error).message
    const errorMessage = error.message === general ? null : error.message
    return { errorCode: code(error.error), errorMessage }
  }
}

export function refuse(error: ErrorName, message?: string): never {
  throw new KafkaError(error, message)
}
