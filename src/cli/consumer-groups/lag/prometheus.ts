/** Lag for a scraper, in the text format of OpenMetrics 1.0. */
import { type LagSample, unreadOf } from './sample.ts'
import { lagsOf } from './totals.ts'

type Sample = { readonly labels: Record<string, string>; readonly value: number | bigint | null }
type Metric = { name: string; help: string; unit?: string; samples: Sample[] }

export function prometheusText(sample: LagSample): string {
  const rows = sample.rows.map((row) => ({
    row,
    labels: { group: row.group, topic: row.topic, partition: String(row.partition) },
  }))
  const groups = lagsOf(sample).filter(({ state }) => state !== 'Dead')
  const metrics: Metric[] = [
    {
      name: 'kafka_consumergroup_lag',
      help: 'Records of a partition that are there and that the group has not read.',
      samples: rows.map(({ row, labels }) => ({ labels, value: unreadOf(row) })),
    },
    {
      name: 'kafka_consumergroup_time_lag_seconds',
      help: 'Age of the oldest record of a partition that the group has not read.',
      unit: 'seconds',
      samples: rows.map(({ row, labels }) => ({ labels, value: inSeconds(row.timeLagMs) })),
    },
    {
      name: 'kafka_consumergroup_current_offset',
      help: 'What the group has committed.',
      samples: rows.map(({ row, labels }) => ({ labels, value: row.currentOffset })),
    },
    {
      name: 'kafka_consumergroup_log_end_offset',
      help: 'Where the log of a partition ends.',
      samples: rows.map(({ row, labels }) => ({ labels, value: row.logEndOffset })),
    },
    {
      name: 'kafka_consumergroup_total_lag',
      help: 'Lag of all partitions of a group.',
      samples: groups.map(({ group, lag }) => ({ labels: { group }, value: lag })),
    },
    {
      name: 'kafka_consumergroup_time_lag_max_seconds',
      help: 'The largest time lag of the partitions of a group.',
      unit: 'seconds',
      samples: groups.map(({ group, timeLagMs }) => ({
        labels: { group },
        value: inSeconds(timeLagMs),
      })),
    },
  ]
  return `${metrics.map(metricText).join('')}# EOF\n`
}

const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1000)

function metricText({ name, help, unit, samples }: Metric): string {
  const head = [
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
  ]
  // What is not known is left out; a gauge has no word for it.
  const lines = samples.flatMap(({ labels, value }) =>
    value === null ? [] : [`${name}${labelsText(labels)} ${value}`],
  )
  return `${[...head, ...lines].join('\n')}\n`
}

function labelsText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${pairs.join(',')}}`
}

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
