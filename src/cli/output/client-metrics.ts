/** What a client counted, by its name among the metrics of Kafka's clients. */
export type ClientMetric = {
  readonly group: string
  readonly name: string
  readonly topic?: string
  readonly value: number
}

/** As Kafka's tools show the metrics of their client (ToolsUtils.printMetrics): sorted by their whole names, in two columns. */
export function clientMetricsText(clientId: string, metrics: readonly ClientMetric[]): string {
  const rows = metrics
    .map(({ group, name, topic, value }) => {
      const tags = [`client-id=${clientId}`, ...(topic === undefined ? [] : [`topic=${topic}`])]
      return { name: `${group}:${name}:{${tags.join(', ')}}`, value: value.toFixed(3) }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const width = Math.max(...rows.map(({ name }) => name.length))
  const head = `\n${'Metric Name'.padEnd(width)}   Value\n`
  return head + rows.map(({ name, value }) => `${name.padEnd(width)} : ${value}\n`).join('')
}
