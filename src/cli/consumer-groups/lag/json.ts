/** The stable form for programs; docs/lag.md tells each field. Fields may be added, none is renamed or goes. */
import { rated } from './rates.ts'
import type { LagSample } from './sample.ts'
import { lagsOf } from './totals.ts'

export function lagJson(samples: readonly LagSample[]) {
  const sample = samples.at(-1)!
  const rows = rated(samples)
  return {
    version: 1,
    at: new Date(sample.at).toISOString(),
    groups: lagsOf(sample).map(({ group, state, lag, timeLagMs }) => ({
      group,
      state,
      lag,
      timeLagMs,
      partitions: rows
        .filter((row) => row.group === group)
        .map((row) => ({
          topic: row.topic,
          partition: row.partition,
          currentOffset: row.currentOffset,
          logStartOffset: row.logStartOffset,
          lastStableOffset: row.lastStableOffset,
          logEndOffset: row.logEndOffset,
          lag: row.unread,
          timeLagMs: row.timeLagMs,
          retentionMs: row.retentionMs,
          retentionBytes: row.retentionBytes,
          sizeBytes: row.sizeBytes,
          producedPerSecond: row.produced,
          consumedPerSecond: row.consumed,
          trend: row.trend,
          drainedInMs: row.drainedInMs,
          isEndangered: row.isEndangered,
          consumerId: row.consumerId,
          host: row.host,
          clientId: row.clientId,
        })),
    })),
  }
}
