/** `--describe` with one of our questions about lag: a gate, a limit, a scrape, or a look that goes on. docs/lag.md. */
import { pause } from '../../../host/clock.ts'
import { exitCodeOf, type Machine, type Signal } from '../../machine.ts'
import { UsageError } from '../../options/checks.ts'
import type { Options } from '../../options/options.ts'
import { chosenForm } from '../../output/form.ts'
import { jsonLine } from '../../output/json.ts'
import type { Asking } from '../ask.ts'
import { durationMs, durationText } from './duration.ts'
import { lagJson } from './json.ts'
import { prometheusText } from './prometheus.ts'
import { rated } from './rates.ts'
import { type LagSample, lagSample } from './sample.ts'
import { lagText } from './text.ts'
import { excesses, type Limits, lagsOf } from './totals.ts'

type Lag = {
  asking: Asking
  groupIds: () => Promise<readonly string[]>
  options: Options
  machine: Machine
}

export async function lag(asked: Lag): Promise<number> {
  const { options, asking, machine } = asked
  const take = async () => lagSample(asking, await asked.groupIds(), { clock: machine.clock })
  if (options.has('watch')) return watch(asked, take)
  if (options.has('until-lag')) return until(asked, take)
  const limits = limitsOf(options)
  const sample = await take()
  show([sample], asked)
  return verdict(sample, limits, machine)
}

function limitsOf(options: Options): Limits {
  const time = options.text('max-time-lag')
  return {
    lag: notNegative(options, 'max-lag'),
    timeLagMs: time === undefined ? undefined : durationMs(time, 'max-time-lag'),
  }
}

function notNegative(options: Options, name: string): bigint | undefined {
  const value = options.long(name)
  if (value !== undefined && value < 0n) {
    throw new UsageError(`--${name} takes a whole number from 0 on, not "${value}"`, {
      withHelp: false,
    })
  }
  return value
}

function verdict(sample: LagSample, limits: Limits, { stderr }: Machine): number {
  const found = excesses(lagsOf(sample), limits)
  for (const each of found) stderr.write(`${each}\n`)
  return found.length === 0 ? 0 : 1
}

/** Several samples only where rates are wanted. */
function show(samples: readonly LagSample[], { options, machine }: Lag): void {
  const { stdout } = machine
  if (options.text('output') === 'prometheus') stdout.write(prometheusText(samples.at(-1)!))
  else if (chosenForm(options, machine) === 'json') {
    stdout.write(jsonLine(lagJson(samples)))
  } else {
    const top = options.has('watch') ? options.integer('top')! : Number.POSITIVE_INFINITY
    stdout.write(lagText(rated(samples), { sample: samples.at(-1)!, top, machine }))
  }
}

/** Rates are those of the last so many looks. */
const samplesMax = 10

async function watch(asked: Lag, take: () => Promise<LagSample>): Promise<number> {
  const { options, machine } = asked
  const intervalMs = durationMs(options.text('interval')!, 'interval')
  const stopped = firstSignal(machine)
  const inPlace = machine.stdout.isTerminal && chosenForm(options, machine) === 'table'
  const samples: LagSample[] = []
  for (;;) {
    const sample = await Promise.race([take(), stopped])
    if (typeof sample === 'string') return exitCodeOf[sample]
    samples.push(sample)
    if (samples.length > samplesMax) samples.shift()
    if (inPlace) machine.stdout.write(home)
    show(samples, asked)
    const signal = await Promise.race([pause(machine.clock, intervalMs), stopped])
    if (signal !== undefined) return exitCodeOf[signal]
  }
}

/** To the upper left corner, and everything below it away. */
const home = '\u001b[H\u001b[J'

function firstSignal({ onSignal }: Machine): Promise<Signal> {
  return new Promise((resolve) => onSignal(resolve))
}

async function until(asked: Lag, take: () => Promise<LagSample>): Promise<number> {
  const { options, asking, machine } = asked
  const { clock, stderr } = machine
  const limits: Limits = { ...limitsOf(options), lag: notNegative(options, 'until-lag') }
  const intervalMs = durationMs(options.text('interval')!, 'interval')
  const deadline = clock.monotonic() + asking.timeoutMs
  const stopped = firstSignal(machine)
  for (;;) {
    const sample = await Promise.race([take(), stopped])
    if (typeof sample === 'string') return exitCodeOf[sample]
    const left = deadline - clock.monotonic()
    const found = excesses(lagsOf(sample), limits)
    if (found.length === 0 || left <= 0) {
      show([sample], asked)
      for (const each of found) stderr.write(`${each}\n`)
      if (found.length > 0) stderr.write(`not reached in ${durationText(asking.timeoutMs)}\n`)
      return found.length === 0 ? 0 : 1
    }
    const signal = await Promise.race([pause(clock, Math.min(intervalMs, left)), stopped])
    if (signal !== undefined) return exitCodeOf[signal]
  }
}
