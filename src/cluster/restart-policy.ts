/** Whether a supervisor starts a broker again that ended, and when. */

export interface BrokerEnd {
  /** Null where a signal ended it that it cannot handle. */
  readonly code: number | null
  /** Nobody has said `stop` or `kill` to it meanwhile. */
  readonly isWanted: boolean
  /** It came so far that it answered clients, in this life. */
  readonly hasRun: boolean
  readonly ranMs: number
  /** Ends in a row before this one. */
  readonly failures: number
}

export interface Restart {
  readonly delayMs: number
  readonly failures: number
}

const delayFirstMs = 200
const delayMaxMs = 30_000
/** Who ran so long has not failed because it was started again. */
const steadyMs = 60_000
/** An orderly end, and the two of those who did not want to wait for it: SIGINT and SIGTERM, sent twice. */
const asked = [0, 130, 143]

/** Null: it stays as it is. A broker that never ran has something wrong with it that another start does not mend. */
export function restartAfter({
  code,
  isWanted,
  hasRun,
  ranMs,
  failures,
}: BrokerEnd): Restart | null {
  if (!isWanted || (code !== null && asked.includes(code))) return null
  if (failures === 0 && !hasRun) return null
  const before = ranMs >= steadyMs ? 0 : failures
  return { delayMs: Math.min(delayMaxMs, delayFirstMs * 2 ** before), failures: before + 1 }
}
