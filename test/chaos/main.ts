/** `npm run chaos -- --minutes N --seed S`: chaos for as long as one likes. */
import { parseArgs } from 'node:util'
import { chaos, type Told, type Verdict } from './chaos.ts'

const usage = 'npm run chaos -- [--minutes N] [--seed S]'
const listed = 20

/** Runs the command line and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  })
  const minutes = Number(values.minutes)
  const seed = Number(values.seed)
  if (!(minutes > 0) || !Number.isInteger(seed)) {
    console.error(usage)
    return 1
  }
  const until = performance.now() + minutes * 60_000
  console.log(`seed ${seed}, ${minutes} minutes`)
  const verdict = await chaos({
    seed,
    isOver: () => performance.now() > until,
    lastingMs: [200, 6000],
    onFault: (told) => console.log(line(told)),
  })
  tell(verdict)
  return isClean(verdict) ? 0 : 1
}

const line = ({ deed, victim, brokers, gapMs }: Told): string =>
  `${deed} ${victim} (${brokers.join(' and ')}): no acknowledgement for ${Math.round(gapMs)} ms`

function isClean({ lost, duplicated, reordered, unread }: Verdict): boolean {
  return [lost, duplicated, reordered, unread].every(({ length }) => length === 0)
}

function tell({ written, acknowledged, refused, faults, ...verdict }: Verdict): void {
  console.log(`\n${written} written, ${acknowledged} acknowledged, ${refused} refused`)
  for (const what of ['lost', 'duplicated', 'reordered', 'unread'] as const) {
    const values = verdict[what]
    console.log(`${values.length} ${what} ${values.slice(0, listed).join(' ')}`)
  }
  for (const deed of new Set(faults.map((each) => each.deed))) {
    for (const victim of new Set(faults.map((each) => each.victim))) {
      const gaps = faults.filter((each) => each.deed === deed && each.victim === victim)
      if (gaps.length === 0) continue
      const sorted = gaps.map(({ gapMs }) => Math.round(gapMs)).sort((a, b) => a - b)
      const median = sorted[Math.floor(sorted.length / 2)]
      console.log(
        `${deed} ${victim}: ${sorted.length} times, gap ${median} ms, at most ${sorted.at(-1)} ms`,
      )
    }
  }
}
