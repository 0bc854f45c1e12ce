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

/** Runs a rule that refuses by throwing; what it refuses for is the answer, anything else is our own mistake. */
export function attempt(rule: () => void): Fault {
  try {
    rule()
    return noFault
  } catch (error) {
    if (error instanceof KafkaError) return fault(error.error, error.message)
    throw error
  }
}

export function refuse(error: ErrorName, message?: string): never {
  throw new KafkaError(error, message)
}
