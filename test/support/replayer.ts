/**
 * Runs a transcript: its commands with any set of tools against any cluster, and says where the answers differ. Knows nothing of
 * Apache or Jackdaw; both come in through `Tools` and `ReplayCluster`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bindings, compareOutput, withoutClientWarnings } from './expected.ts'
import { type Command, end, type Finished, type Running, start } from './processes.ts'
import { type CommandStep, type Expectation, splitWords, type Transcript } from './transcript.ts'

/** The command behind a tool's name, or null where this set of tools has none. */
export type Tools = (tool: string, args: readonly string[]) => Command | null

export type ReplayCluster = {
  /** All brokers, joined by commas. */
  bootstrap: string
  startBroker(id: number): Promise<void>
  stopBroker(id: number): Promise<void>
  /** Confirms a change before all that describe it know of it: what only reads is asked again for a while. */
  isReadLate?: boolean
}

/** One command that did not answer as it should: its line in the transcript, the command, the difference. */
export type Difference = { line: number; what: string; text: string }

const untilMs = 60_000
const awaitMs = 60_000
const lateMs = 5_000

/** What a command answered where its answer was not as it should be: the line of its step, and how it ended. */
export type Heard = (line: number, finished: Finished) => void

/** All differences between what the transcript says and what happens; none means that it passes. */
export async function replay(
  transcript: Transcript,
  tools: Tools,
  cluster: ReplayCluster,
  heard: Heard = () => {},
): Promise<Difference[]> {
  const folder = mkdtempSync(join(tmpdir(), 'transcript-'))
  const scene: Scene = {
    transcript,
    tools,
    cluster,
    heard,
    folder,
    bindings: new Map(),
    background: new Map(),
    stopped: new Set(),
    differences: [],
  }
  try {
    for (const step of transcript.steps) {
      try {
        await perform(scene, step)
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        scene.differences.push({ line: step.line, what: step.kind, text: `  ${text}` })
        // A command that never came up makes everything after it meaningless.
        break
      }
    }
  } finally {
    for (const { running } of scene.background.values()) await end(running, 'SIGKILL')
    for (const id of scene.stopped) await cluster.startBroker(id)
    rmSync(folder, { recursive: true, force: true })
  }
  return scene.differences
}

type Scene = {
  transcript: Transcript
  tools: Tools
  cluster: ReplayCluster
  heard: Heard
  folder: string
  bindings: Bindings
  background: Map<string, { running: Running; step: CommandStep }>
  stopped: Set<number>
  differences: Difference[]
}

async function perform(scene: Scene, step: Transcript['steps'][number]): Promise<void> {
  switch (step.kind) {
    case 'command':
      if (step.name === null) return foreground(scene, step)
      scene.background.set(step.name, { running: launch(scene, step), step })
      return
    case 'await': {
      const { running } = backgroundOf(scene, step.name)
      const pattern = new RegExp(step.pattern, 'm')
      return running.outputs((output) => pattern.test(toBytes(output)), awaitMs)
    }
    case 'wait':
    case 'kill': {
      const { running, step: command } = backgroundOf(scene, step.name)
      scene.background.delete(step.name)
      const finished =
        step.kind === 'kill' ? await end(running, step.signal) : await running.finished
      judge(scene, { ...command, line: step.line }, step.expected, finished)
      return
    }
    case 'file':
      writeFileSync(join(scene.folder, text(step.name)), Buffer.from(step.stdin, 'latin1'))
      return
    case 'broker-stop':
      scene.stopped.add(step.id)
      return scene.cluster.stopBroker(step.id)
    case 'broker-start':
      await scene.cluster.startBroker(step.id)
      scene.stopped.delete(step.id)
  }
}

async function foreground(scene: Scene, step: CommandStep): Promise<void> {
  const { until, untilEmpty } = step.modifiers
  const pattern = until === null ? null : new RegExp(until, 'm')
  const enough = (finished: Finished) =>
    pattern !== null
      ? pattern.test(latin(finished.stdout)) || pattern.test(latin(finished.stderr))
      : !untilEmpty || /^\n*$/.test(latin(finished.stdout))
  const deadline = performance.now() + untilMs
  let finished = await launch(scene, step).finished
  while (!enough(finished) && performance.now() < deadline) {
    await pause(100)
    finished = await launch(scene, step).finished
  }
  const late = performance.now() + lateMs
  while (isToReadAgain(scene, step, finished) && performance.now() < late) {
    await pause(100)
    finished = await launch(scene, step).finished
  }
  judge(scene, step, step.expected, finished)
}

/** Whether a command that changes nothing answered otherwise than it should, and may only have come too early. */
function isToReadAgain(scene: Scene, step: CommandStep, finished: Finished): boolean {
  if (scene.cluster.isReadLate !== true || finished.timedOut) return false
  if (!/ (--list|--?describe)(?= |$)/.test(step.source)) return false
  return (
    differing({ ...scene, bindings: new Map(scene.bindings) }, step, step.expected, finished) !==
    null
  )
}

function launch(scene: Scene, step: CommandStep): Running {
  const words = splitWords(step.source).map((word) => text(filled(word, scene)))
  const [tool, ...rest] = words as [string, ...string[]]
  const raw = scene.transcript.raw || step.modifiers.raw
  const args = raw ? rest : ['--bootstrap-server', scene.cluster.bootstrap, ...rest]
  const command = scene.tools(tool, args)
  if (command === null) throw new Error(`there is no ${tool} among these tools`)
  return start(
    { ...command, cwd: scene.folder },
    {
      stdin: Buffer.from(step.stdin, 'latin1'),
      keepStdinOpen: step.modifiers.open,
      timeoutMs: step.modifiers.timeoutSeconds * 1000,
    },
  )
}

function judge(scene: Scene, step: CommandStep, expected: Expectation, finished: Finished): void {
  if (step.modifiers.save !== null) {
    writeFileSync(join(scene.folder, text(step.modifiers.save)), finished.stdout)
  }
  const difference = differing(scene, step, expected, finished)
  if (difference === null) return
  scene.heard(step.line, finished)
  scene.differences.push({ line: step.line, what: text(step.source), text: difference })
}

function differing(
  scene: Scene,
  step: CommandStep,
  expected: Expectation,
  finished: Finished,
): string | null {
  const { unordered, timeoutSeconds } = step.modifiers
  const stderr = withoutClientWarnings(latin(finished.stderr))
  const stdoutDifference = compareOutput(expected.stdout, latin(finished.stdout), scene.bindings, {
    unordered,
  })
  const stderrDifference = compareOutput(expected.stderr, stderr, scene.bindings)
  const parts = [
    finished.timedOut ? `  it did not end within ${timeoutSeconds} s` : null,
    stdoutDifference === null ? null : `  stdout:\n${stdoutDifference}`,
    stderrDifference === null ? null : `  stderr:\n${stderrDifference}`,
    finished.code === expected.code || finished.timedOut
      ? null
      : `  exit code ${finished.code} instead of ${expected.code}`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join('\n')
}

/** `<bootstrap>` and named placeholders of a command's word, replaced by their values. */
function filled(word: string, scene: Scene): string {
  return word
    .replaceAll('<bootstrap>', scene.cluster.bootstrap)
    .replace(/<([^<>]+)>/g, (whole, name: string) => scene.bindings.get(name) ?? whole)
}

function backgroundOf(scene: Scene, name: string) {
  const found = scene.background.get(name)
  if (found === undefined) throw new Error(`no background command is called ${name}`)
  return found
}

function latin(bytes: Buffer): string {
  return bytes.toString('latin1')
}

function text(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function toBytes(utf8: string): string {
  return Buffer.from(utf8, 'utf8').toString('latin1')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
