/** `--describe` with one of our questions about lag: a gate, a limit, a scrape, or a look that goes on. docs/lag.md. */
import { pause } from '../../../host/clock.ts'
import { KafkaError } from '../../../protocol/errors.ts'
import { messageOf } from '../../java/errors.ts'
import { exitCodeOf, type Machine, type Signal } from '../../machine.ts'
import { UsageError } from '../../options/checks.ts'
import type { Options } from '../../options/options.ts'
import { chosenForm } from '../../output/form.ts'
import { jsonLine } from '../../output/json.ts'
import { inTurn, redrawn } from '../../output/screen.ts'
import type { Asking } from '../ask.ts'
import { durationMs } from '../duration.ts'
import { lagJson } from './json.ts'
import { prometheusText } from './prometheus.ts'
import { rated } from './rates.ts'
import { type LagSample, lagSample } from './sample.ts'
import { lagText, lagTextWithin } from './text.ts'
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
  machine.stdout.write(shown([sample], asked))
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
function shown(samples: readonly LagSample[], { options, machine }: Lag): string {
  if (options.text('output') === 'prometheus') return prometheusText(samples.at(-1)!)
  if (chosenForm(options, machine) === 'json') return jsonLine(lagJson(samples))
  const top = options.has('watch') ? positive(options, 'top') : Number.POSITIVE_INFINITY
  const what = { sample: samples.at(-1)!, top, machine }
  if (!isInPlace(options, machine)) return lagText(rated(samples), what)
  // The cursor stands below the last line.
  return lagTextWithin(machine.stdout.rows() - 1, rated(samples), what)
}

const isInPlace = (options: Options, machine: Machine): boolean =>
  options.has('watch') && machine.stdout.isTerminal && chosenForm(options, machine) === 'table'

function positive(options: Options, name: string): number {
  const value = options.integer(name)!
  if (value > 0) return value
  throw new UsageError(`--${name} takes a whole number above 0, not "${value}"`, {
    withHelp: false,
  })
}

/** Rates are those of the last so many looks. */
const samplesMax = 10

async function watch(asked: Lag, take: () => Promise<LagSample>): Promise<number> {
  const { options, machine } = asked
  const { stdout, stderr, clock } = machine
  const intervalMs = intervalOf(options)
  const stopped = firstSignal(machine)
  const drawn = isInPlace(options, machine) ? redrawn() : inTurn
  const samples: LagSample[] = []
  for (;;) {
    const look = await Promise.race([lookOnce(take), stopped])
    if (typeof look === 'string') return exitCodeOf[look]
    if (look.ok) {
      samples.push(look.sample)
      if (samples.length > samplesMax) samples.shift()
      // In one piece, so that nothing flickers.
      stdout.write(drawn(shown(samples, asked)))
    } else stderr.write(`${look.why}; trying again\n`)
    const signal = await Promise.race([pause(clock, intervalMs), stopped])
    if (signal !== undefined) return exitCodeOf[signal]
  }
}

function intervalOf(options: Options): number {
  const text = options.text('interval')!
  const ms = durationMs(text, 'interval')
  if (ms > 0) return ms
  throw new UsageError(`--interval takes a duration above 0, not "${text}"`, { withHelp: false })
}

function firstSignal({ onSignal }: Machine): Promise<Signal> {
  return new Promise((resolve) => onSignal(resolve))
}

type Look =
  | { readonly ok: true; readonly sample: LagSample }
  | { readonly ok: false; readonly why: string }

/** A broker that is away may come back: whoever looks again and again is told, and looks again. */
async function lookOnce(take: () => Promise<LagSample>): Promise<Look> {
  try {
    return { ok: true, sample: await take() }
  } catch (error) {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof KafkaError && cause.fate !== 'final') {
        return { ok: false, why: messageOf(cause) ?? cause.error }
      }
    }
    throw error
  }
}

async function until(asked: Lag, take: () => Promise<LagSample>): Promise<number> {
  const { options, asking, machine } = asked
  const { clock, stdout, stderr } = machine
  const limits: Limits = { ...limitsOf(options), lag: notNegative(options, 'until-lag') }
  const intervalMs = intervalOf(options)
  const deadline = clock.monotonic() + asking.timeoutMs
  const stopped = firstSignal(machine)
  for (;;) {
    const look = await Promise.race([lookOnce(take), stopped])
    if (typeof look === 'string') return exitCodeOf[look]
    const left = deadline - clock.monotonic()
    const found = look.ok ? excesses(lagsOf(look.sample), limits) : [look.why]
    if (found.length === 0 || left <= 0) {
      if (look.ok) stdout.write(shown([look.sample], asked))
      for (const each of found) stderr.write(`${each}\n`)
      if (found.length > 0) stderr.write(`not reached within ${asking.timeoutMs} ms (--timeout)\n`)
      return found.length === 0 ? 0 : 1
    }
    const signal = await Promise.race([pause(clock, Math.min(intervalMs, left)), stopped])
    if (signal !== undefined) return exitCodeOf[signal]
  }
}
