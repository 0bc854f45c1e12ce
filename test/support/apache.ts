import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { archiveFlags } from './apache-archive.ts'
import { type Command, type Finished, run, type StartOptions } from './processes.ts'
import { type Available, cacheFolder, mayFetch, notFetched, projectRoot, which } from './project.ts'

/** The version of Apache Kafka that transcripts, vectors and tests go by; it stands in test/clients/java/pom.xml. */
export const apacheVersion = '4.3.1'

/** The Java class of each of Apache Kafka's tools. */
const mainClasses: Record<string, string> = {
  'kafka-acls': 'org.apache.kafka.tools.AclCommand',
  'kafka-broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'kafka-client-metrics': 'org.apache.kafka.tools.ClientMetricsCommand',
  'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-share-consumer': 'org.apache.kafka.tools.consumer.ConsoleShareConsumer',
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-consumer-perf-test': 'org.apache.kafka.tools.ConsumerPerformance',
  'kafka-delegation-tokens': 'org.apache.kafka.tools.DelegationTokenCommand',
  'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'kafka-dump-log': 'org.apache.kafka.tools.DumpLogSegments',
  'kafka-e2e-latency': 'org.apache.kafka.tools.EndToEndLatency',
  'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
  'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-groups': 'org.apache.kafka.tools.GroupsCommand',
  'kafka-leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'kafka-producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'kafka-reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  'kafka-share-groups': 'org.apache.kafka.tools.consumer.group.ShareGroupCommand',
  'kafka-storage': 'kafka.tools.StorageTool',
  'kafka-streams-groups': 'org.apache.kafka.tools.streams.StreamsGroupCommand',
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-transactions': 'org.apache.kafka.tools.TransactionsCommand',
  'kafka-verifiable-consumer': 'org.apache.kafka.tools.VerifiableConsumer',
  'kafka-verifiable-producer': 'org.apache.kafka.tools.VerifiableProducer',
}

/** The names of Apache's tools that can be run. */
export const apacheTools: readonly string[] = Object.keys(mainClasses)

let known: Available<string> | undefined

/**
 * Apache Kafka with all its dependencies as a Java class path. Maven fetches it from Maven Central the first time (into its own
 * repository); the resulting path is remembered under `.cache/`. Without Java or Maven: null, and one line says why.
 */
export function apacheClasspath(): string | null {
  const had = apache()
  return had.ok ? had.value : null
}

/** As `apacheClasspath`, with the reason as a value instead of a line on stderr. */
export function apache(): Available<string> {
  if (known !== undefined) return known
  known = find()
  if (!known.ok) console.warn(`without Apache Kafka: ${known.reason}`)
  return known
}

function find(): Available<string> {
  if (which('java') === null) return { ok: false, reason: 'no java on the PATH (17 or newer)' }
  const folder = join(projectRoot, 'test', 'clients', 'java')
  return mavenClasspath(folder, `apache-${apacheVersion}`)
}

/**
 * The class path of a `pom.xml`, fetched by Maven where it is not remembered yet. It is remembered under the
 * content of the pom, so that a change there fetches anew.
 */
export function mavenClasspath(folder: string, name: string): Available<string> {
  const pom = readFileSync(join(folder, 'pom.xml'))
  const digest = createHash('sha256').update(pom).digest('hex').slice(0, 12)
  const file = join(cacheFolder('classpath'), `${name}-${digest}.txt`)
  if (existsSync(file)) {
    const remembered = readFileSync(file, 'utf8').trim()
    if (remembered.split(':').every((jar) => existsSync(jar)))
      return { ok: true, value: remembered }
  }
  if (!mayFetch()) return { ok: false, reason: `${name} is ${notFetched}` }
  if (which('mvn') === null) return { ok: false, reason: 'no mvn (Maven) on the PATH' }
  const part = `${file}.${process.pid}`
  const maven = spawnSync(
    'mvn',
    [
      ...['--quiet', '--batch-mode', '--no-transfer-progress', '--file', join(folder, 'pom.xml')],
      ...['dependency:build-classpath', `-Dmdep.outputFile=${part}`, '-Dmdep.includeScope=runtime'],
    ],
    { encoding: 'utf8', timeout: 600_000 },
  )
  if (maven.status !== 0 || !existsSync(part)) {
    const said = `${maven.error ?? ''}${maven.stdout}${maven.stderr}`.trim().split('\n')[0]
    return { ok: false, reason: `Maven could not fetch ${name}: ${said}` }
  }
  renameSync(part, file)
  return { ok: true, value: readFileSync(file, 'utf8').trim() }
}

// A tool lives for a second: compiling hot code, or waking several collector threads, would cost more than it brings.
const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-Xmx512m']

export type ToolOptions = {
  /** Java's flags; by default those that make a short life quick. */
  java?: readonly string[]
  cwd?: string
}

/** The command that runs one of Apache's tools; null for a name that Apache has no tool for. */
export function apacheCommand(
  tool: string,
  args: readonly string[],
  { java, cwd }: ToolOptions = {},
): Command | null {
  const main = mainClasses[tool]
  const classpath = apacheClasspath()
  if (main === undefined || classpath === null) return null
  const start = java ?? [...quickStart, ...archiveFlags(classpath, quickStart)]
  const flags = [
    ...start,
    `-Dlog4j2.configurationFile=${toolLogging()}`,
    '-Dlog4j2.disableJmx=true',
  ]
  // Long class paths in the arguments make process lists unreadable; the environment carries it as well.
  return {
    command: 'java',
    args: [...flags, main, ...args],
    env: { CLASSPATH: classpath },
    ...(cwd === undefined ? {} : { cwd }),
  }
}

/** Runs one of Apache's tools to its end. */
export async function runApacheTool(
  tool: string,
  args: readonly string[],
  stdin: string | Buffer = '',
  options: ToolOptions & StartOptions = {},
): Promise<Finished> {
  const command = apacheCommand(tool, args, options)
  if (command === null) throw new Error(`Apache Kafka has no ${tool}, or is not on this machine`)
  return run(command, { timeoutMs: 120_000, ...options, stdin })
}

/** What Kafka's own tools log: warnings to stderr, in this form. */
export function toolLogging(): string {
  return loggingFile('tools', 'SYSTEM_ERR', 'WARN')
}

/** A broker logs to stdout, as `kafka-server-start` does. */
export function serverLogging(): string {
  return loggingFile('server', 'SYSTEM_OUT', 'INFO')
}

/** The same for brokers before Kafka 4.0, which log with log4j 1. */
export function oldServerLogging(): string {
  return keptFile('server-log4j1', [
    'log4j.rootLogger = INFO, out',
    'log4j.appender.out = org.apache.log4j.ConsoleAppender',
    'log4j.appender.out.layout = org.apache.log4j.PatternLayout',
    'log4j.appender.out.layout.ConversionPattern = [%d] %p %m (%c)%n',
  ])
}

function loggingFile(name: string, target: string, level: string): string {
  return keptFile(name, [
    'appender.out.type = Console',
    'appender.out.name = out',
    `appender.out.target = ${target}`,
    'appender.out.layout.type = PatternLayout',
    'appender.out.layout.pattern = [%d] %p %m (%c)%n',
    `rootLogger.level = ${level}`,
    'rootLogger.appenderRef.out.ref = out',
  ])
}

function keptFile(name: string, lines: readonly string[]): string {
  const path = join(cacheFolder('log4j2'), `${name}.properties`)
  const text = lines.map((line) => `${line}\n`).join('')
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(`${path}.${process.pid}`, text)
    renameSync(`${path}.${process.pid}`, path)
  }
  return path
}
