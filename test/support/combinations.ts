/** Tools and brokers by name, so that a run can be told "Apache's tools against Jackdaw's broker". */
import { apache, apacheCommand, apacheTools } from './apache.ts'
import { startApacheKafka } from './apache-cluster.ts'
import { isBuilt, jackdawCommand, startJackdaw } from './jackdaw.ts'
import { isExcused } from './known-differences.ts'
import type { Available } from './project.ts'
import type { Tools } from './replayer.ts'
import { type OwnedCluster, type Scenario, toolsOfTranscript } from './transcripts.ts'

export const makers = ['apache', 'jackdaw'] as const
export type Maker = (typeof makers)[number]

/** The tools of a maker, or why they cannot be had here. */
export function toolsOf(maker: Maker): Available<Tools> {
  if (maker === 'jackdaw') {
    if (!isBuilt('topics')) return { ok: false, reason: 'not built yet: npm run build' }
    // Where a transcript gives no address, no cluster of this machine may answer: nobody can have one here.
    const env = {
      JACKDAW_HOME: '/nonexistent/jackdaw',
      JACKDAW_NO_START: '1',
    }
    return { ok: true, value: (tool, args) => jackdawCommand(tool, args, env) }
  }
  const had = apache()
  return had.ok ? { ok: true, value: (tool, args) => apacheCommand(tool, args) } : had
}

/** Whether a scenario can be played: enough brokers, and all its tools are there. */
export function isPlayable({ transcript }: Scenario, tools: Maker, broker: Maker): boolean {
  const has = (tool: string) =>
    tools === 'apache' ? apacheTools.includes(tool) : isBuilt(tool.replace(/^kafka-/, ''))
  return transcript.cluster <= brokersMax[broker] && toolsOfTranscript(transcript).every(has)
}

/**
 * A scenario as a maker's tools answer it. The tools of the recording write sets in the order of Java's hashes, another one in
 * every run, and on a slow machine they run out of time before their first request: even the tools that were recorded need it said.
 */
export function asAnsweredBy(tools: Maker, { name, transcript }: Scenario): Scenario {
  if (tools !== 'apache') return { name, transcript }
  const steps = transcript.steps.map((step) => {
    if (!('expected' in step)) return step
    const { stdout, stderr } = step.expected
    const expected = {
      ...step.expected,
      stdout: stdout.map(howeverTimedOut),
      stderr: stderr.map(inAnyOrder),
    }
    return { ...step, expected }
  })
  return { name, transcript: { ...transcript, steps } }
}

/** Whether a scenario is told to come out otherwise in this combination. */
export function isToDiffer({ name }: Scenario, broker: Maker): boolean {
  return broker === 'jackdaw' && isExcused(name)
}

const inAnyOrder = (line: string) =>
  line.replace(/"\[(\[[\w-]+\](?:, \[[\w-]+\])+)\]"/, '"[<any-order:$1>]"')

// While no broker was found to send it to, the same call ends in other words.
const howeverTimedOut = (line: string) =>
  line.replace(/(TimeoutException: )Call\(callName=.*$/, '$1<any>')

/** The largest cluster that a maker can start: a scenario that needs more cannot be played. */
const brokersMax: Record<Maker, number> = { apache: 3, jackdaw: 9 }

/** A way to start clusters of a maker, or why there is none here. */
export function clustersOf(maker: Maker): Available<(brokers: number) => Promise<OwnedCluster>> {
  if (maker === 'jackdaw') {
    if (!isBuilt('jackdaw')) return { ok: false, reason: 'not built yet: npm run build' }
    return { ok: true, value: jackdawCluster }
  }
  const had = apache()
  return had.ok ? { ok: true, value: apacheCluster } : had
}

// What the transcripts were recorded with (their README).
const recordedWith = { 'num.partitions': 1, 'group.initial.rebalance.delay.ms': 0 }

// Kafka's own default: a local cluster of Jackdaw looks every five seconds, and a leader might return in the middle of a session.
const asSlowAsKafka = { 'leader.imbalance.check.interval.seconds': 300 }

async function jackdawCluster(brokers: number): Promise<OwnedCluster> {
  const cluster = await startJackdaw({
    brokers,
    config: { ...recordedWith, ...asSlowAsKafka, 'jackdaw.voters': staticVoters(brokers) },
  })
  const { bootstrap, startBroker, stopBroker, stop } = cluster
  return { bootstrap, startBroker, stopBroker, close: stop }
}

async function apacheCluster(brokers: number): Promise<OwnedCluster> {
  const cluster = await startApacheKafka({ nodes: brokers === 1 ? 1 : 3, config: recordedWith })
  return { ...cluster, close: cluster.stop, isReadLate: true }
}

/** Recorded with voters of the configuration, at kraft.version 0. */
const staticVoters = (brokers: number): string =>
  Array.from({ length: brokers }, (_, index) => index + 1).join(',')
