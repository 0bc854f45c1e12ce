/** The properties file that a local broker gets when it is first started. Afterwards it belongs to the user. */
export interface LocalBroker {
  readonly id: number
  readonly dataDirectory: string
  readonly clusterId: string
  /** How many the cluster has with this one. */
  readonly brokers: number
}

/** Of one home: their ports and sockets are easy to tell apart. */
export const brokersMax = 9

export function propertiesText({ id, dataDirectory, clusterId, brokers }: LocalBroker): string {
  const copies = Math.min(3, brokers)
  return `# Broker ${id} of a local cluster. Names are those of Apache Kafka's server.properties.
# Each broker may vote in the metadata quorum; "metadata-quorum describe --status" tells which do.
process.roles=broker,controller
node.id=${id}
log.dirs=${escaped(dataDirectory)}
jackdaw.cluster.id=${clusterId}

# The next free port is taken where this one is not; "jackdaw status" tells which.
listeners=PLAINTEXT://127.0.0.1:${9091 + id}
jackdaw.port.fallback=true

# As in the configuration that comes with Apache Kafka: a first consumer does not wait for a second one.
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=${copies}
transaction.state.log.replication.factor=${copies}
transaction.state.log.min.isr=${Math.max(1, copies - 1)}
${brokers > 1 ? patience : ''}`
}

/** Between processes of one machine nothing takes long; Apache Kafka's own values are made for networks. */
const patience = `
# A process that ended is noticed at once. These are for one that hangs, and for elections.
controller.quorum.election.timeout.ms=500
controller.quorum.election.backoff.max.ms=100
controller.quorum.fetch.timeout.ms=1500
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000

# Leadership returns to the first replica so soon after it is in sync again.
leader.imbalance.check.interval.seconds=5
`

/** Java's properties files take a backslash for the beginning of something else. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\')
