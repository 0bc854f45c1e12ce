/** Many records that lie in one chunk of bytes: numbers that say where, and no object for any. */
export type Slices = {
  readonly source: Uint8Array
  /**
   * `spanWidth` numbers for each record: start and end of the key and of the value (a start of −1 is null), then how many headers
   * it has, and where in `headers` they begin and end.
   */
  readonly spans: Int32Array
  readonly count: number
  /** Headers as they stand in a record (see `encodeHeaders`). */
  readonly headers?: Uint8Array
  /** Each record's own time in milliseconds, negative for none; absent: none has one. */
  readonly timestamps?: Float64Array | undefined
}

export const spanWidth = 7

/** More than a record's own varints take: five of int32, one of int64, the attributes. */
export const overheadMax = 40

/** Which records are meant: those from `from` up to `to`, counted in `order` if there is one. */
export type Choice = {
  from: number
  to: number
  /** Indexes of records that rise; null is 0, 1, 2 … */
  order?: Int32Array | null
}

/** What records' times count from, and the time of those that have none of their own. */
export type Times = { readonly base: number; readonly preset: number }

/** One record's slices, and the stretch of the source in which they lie. */
export function extentOf(spans: Int32Array, index: number) {
  const at = index * spanWidth
  const [keyStart, keyEnd] = [spans[at]!, spans[at + 1]!]
  const [valueStart, valueEnd] = [spans[at + 2]!, spans[at + 3]!]
  const keySize = keyStart < 0 ? 0 : keyEnd - keyStart
  const valueSize = valueStart < 0 ? 0 : valueEnd - valueStart
  const starts = [keyStart, valueStart].filter((start) => start >= 0)
  return {
    start: starts.length === 0 ? 0 : Math.min(...starts),
    end: Math.max(keyStart < 0 ? 0 : keyEnd, valueStart < 0 ? 0 : valueEnd),
    size: keySize + valueSize + spans[at + 6]! - spans[at + 5]!,
  }
}
