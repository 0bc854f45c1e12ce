/** Tools and brokers by name, so that a run can be told "Apache's tools against Jackdaw's broker". */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apache, apacheCommand, apacheTools } from './apache.ts'
import { startApacheKafka } from './apache-cluster.ts'
import { isBuilt, jackdawCommand, startJackdaw } from './jackdaw.ts'
import type { Available } from './project.ts'
import type { Tools } from './replayer.ts'
import { type OwnedCluster, type Scenario, toolsOfTranscript } from './transcripts.ts'

export const makers = ['apache', 'jackdaw'] as const
export type Maker = (typeof makers)[number]

/** The tools of a maker, or why they cannot be had here. */
export function toolsOf(maker: Maker): Available<Tools> {
  if (maker === 'jackdaw') {
    if (!isBuilt('topics')) return { ok: false, reason: 'not built yet: npm run build' }
    // Where a transcript gives no address, no cluster of this machine may answer.
    const env = {
      JACKDAW_HOME: mkdtempSync(join(tmpdir(), 'jackdaw-none-')),
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

/** The largest cluster that a maker can start: a scenario that needs more cannot be played. */
const brokersMax: Record<Maker, number> = { apache: 3, jackdaw: 1 }

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

async function jackdawCluster(): Promise<OwnedCluster> {
  const cluster = await startJackdaw({ config: recordedWith })
  const { bootstrap, start, halt, stop } = cluster
  return { bootstrap, startBroker: start, stopBroker: halt, close: stop }
}

async function apacheCluster(brokers: number): Promise<OwnedCluster> {
  const cluster = await startApacheKafka({ nodes: brokers === 1 ? 1 : 3, config: recordedWith })
  return { ...cluster, close: cluster.stop }
}
