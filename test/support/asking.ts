/** Questions to a broker that is just coming up, or changing. */
import { errorName, KafkaError } from '../../src/protocol/errors.ts'
import type { Connection } from '../../src/wire/connection.ts'

/** Whoever answers: one broker, or a cluster that finds the broker for each request. */
export type Asked = Pick<Connection, 'call'>

const patience = 60_000

/** Asks until the answer has no error: right after a start leaders, coordinators and topics come by and by. */
export async function settled<T>(
  ask: () => Promise<T>,
  errorsOf: (answer: T) => readonly number[],
): Promise<T> {
  const deadline = performance.now() + patience
  for (;;) {
    const answer = await ask()
    const code = errorsOf(answer).find((each) => each !== 0)
    if (code === undefined) return answer
    const error = new KafkaError(errorName(code))
    const isPassing = error.fate !== 'final' && performance.now() < deadline
    if (!isPassing) throw new Error(`${error.error} in ${JSON.stringify(answer, bigintText)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Looks until something holds of what can be seen. */
export async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + patience
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > deadline)
      throw new Error(`never came: ${JSON.stringify(seen, bigintText)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const bigintText = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? String(value) : value
