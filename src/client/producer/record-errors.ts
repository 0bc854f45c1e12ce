/**
 * Why each record of a refused batch failed (KIP-467): a broker names those that it objects to, and the others failed only
 * because they were in the same batch. Source of the rules and words: Kafka's producer.
 */
import { errorTexts } from '../../protocol/error-texts.ts'
import { type ErrorName, KafkaError } from '../../protocol/errors.ts'

export type RecordFault = {
  readonly error: KafkaError
  /** The broker has nothing against this record itself. */
  readonly isBystander: boolean
}

type Refusal = {
  readonly errorMessage: string | null
  readonly recordErrors: readonly {
    readonly batchIndex: number
    readonly batchIndexErrorMessage: string | null
  }[]
}

const bystanderText =
  'Failed to append record because it was part of a batch which had one more more invalid records'

/** The fault of the record at this place of the batch. */
export function recordFaults(
  error: ErrorName,
  { errorMessage, recordErrors }: Refusal,
): (index: number) => RecordFault {
  if (recordErrors.length === 0) {
    const whole = { error: new KafkaError(error, errorMessage), isBystander: false }
    return () => whole
  }
  // With a single one it is clear that the partition's error is that record's; else only the text tells.
  const name = recordErrors.length === 1 ? error : 'INVALID_RECORD'
  const faults = new Map(
    recordErrors.map(({ batchIndex, batchIndexErrorMessage }) => {
      const text = batchIndexErrorMessage ?? errorMessage ?? errorTexts[error]
      return [batchIndex, { error: new KafkaError(name, text), isBystander: false }] as const
    }),
  )
  const bystander = { error: new KafkaError('INVALID_RECORD', bystanderText), isBystander: true }
  return (index) => faults.get(index) ?? bystander
}
