/** What was read within some time. */
export type Measured = {
  readonly bytes: number
  readonly records: number
  readonly elapsedMs: number
  /** Of it, while the group gave out partitions. */
  readonly rebalanceMs: number
}

const titles =
  'data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec'

export const summaryHeader = `start.time, end.time, ${titles}\n`
export const detailHeader = `time, threadId, ${titles}\n`

/** The columns behind the times: `total` since the beginning, rates by what `part` holds. */
export function figures(total: Measured, part: Measured = total): string {
  const fetchMs = part.elapsedMs - part.rebalanceMs
  const totalMb = megabytes(total.bytes)
  return [
    four(totalMb),
    four(rate(megabytes(part.bytes), part.elapsedMs)),
    String(total.records),
    four(rate(part.records, part.elapsedMs)),
    String(Math.round(part.rebalanceMs)),
    String(Math.round(fetchMs)),
    four(rate(megabytes(part.bytes), fetchMs)),
    four(rate(part.records, fetchMs)),
  ].join(', ')
}

const megabytes = (bytes: number) => bytes / (1024 * 1024)
const rate = (amount: number, ms: number) => (amount * 1000) / ms

function four(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? value.toFixed(4) : 'Infinity'
}
