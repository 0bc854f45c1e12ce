import { code, errorName, KafkaError } from '../protocol/errors.ts'

/** What became of one of several things that were asked for together. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: KafkaError }

export const done = <T>(value: T): Result<T> => ({ ok: true, value })

export const failed = (error: KafkaError): { ok: false; error: KafkaError } => ({
  ok: false,
  error,
})

/** Of an answer's error code; without a message the text of the table. */
export function resultOf<T>(
  errorCode: number,
  message: string | null | undefined,
  value: () => T,
): Result<T> {
  return errorCode === code('NONE') ? done(value()) : failed(errorOf(errorCode, message))
}

export function errorOf(errorCode: number, message?: string | null): KafkaError {
  return new KafkaError(errorName(errorCode), message)
}

/** For an error that stands for the whole answer. */
export function ensureNone(errorCode: number, message?: string | null): void {
  if (errorCode !== code('NONE')) throw errorOf(errorCode, message)
}

export function orThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw result.error
}
