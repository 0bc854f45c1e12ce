/** One JSON value and a line end. An int64 that a JSON number holds exactly is one; a larger one is a string. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, exact)}\n`
}

function exact(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
