/** Stops a life at every single operation on the disk, and some of the recoveries in their turn. */
import type { Operation, SimDisk } from '../../sim/disk.ts'
import { SeededRandom } from '../../sim/random.ts'
import type { PartitionModel, Promise as Promised } from './model.ts'

export type Crash = 'kill' | 'power'

/** What a crash left, and what has to be in it. */
export interface Point {
  readonly name: string
  readonly crash: Crash
  readonly disk: SimDisk
  readonly promises: readonly Promised[]
}

interface PointOptions {
  readonly atEveryByte: boolean
  readonly promises: readonly Promised[]
  readonly chance: SeededRandom
  readonly after: string
}

/** What the disk holds if it all ends before this operation, or in its middle. */
function crashPoints(
  disk: SimDisk,
  { kind, path, index, size, torn }: Operation,
  { promises, chance, after, atEveryByte }: PointOptions,
): Point[] {
  const left = torn === null ? null : torn(Math.floor(size * chance.number()))
  const point = (crash: Crash, then: SimDisk) => ({
    name: `${after}, ${crash} at operation ${index}: ${kind} ${path}`,
    crash,
    disk: then,
    promises,
  })
  const power = point('power', disk.afterPowerCut(chance, left))
  // To who is killed, a sync changes nothing.
  if (kind === 'sync' || kind === 'syncFolder') return [power]
  if (torn === null || !atEveryByte) return [point('kill', disk.afterKill(left)), power]
  const kills = Array.from({ length: size }, (_, kept) => {
    const kill = point('kill', disk.afterKill(torn(kept)))
    return { ...kill, name: `${kill.name}, ${kept} of its ${size} bytes` }
  })
  return [...kills, power]
}

export interface Life {
  readonly models: readonly PartitionModel[]
  begin(): Promise<void>
  run(steps: number): Promise<void>
  end(): Promise<void>
}

export interface Everywhere {
  readonly seed: number
  readonly steps: number
  /** Writes are torn at every byte, not at one that chance picks. */
  readonly atEveryByte?: boolean
  readonly live: (observe: (disk: SimDisk, operation: Operation) => void) => Life
  /** Throws with what is wrong. */
  readonly verify: (
    disk: SimDisk,
    crash: Crash,
    promises: readonly Promised[],
  ) => globalThis.Promise<void>
}

/** One recovery in so many is stopped in its turn. */
const nested = 400

/** How many crashes were tried, and at what operations. */
export async function everywhere(options: Everywhere): Promise<{ tried: number; names: string[] }> {
  const { seed, verify } = options
  const points = await pointsOf(options)
  const chance = new SeededRandom(seed + 2_000_000)
  let tried = 0
  const check = async ({ name, crash, disk, promises }: Point) => {
    try {
      await verify(disk, crash, promises)
    } catch (cause) {
      throw new Error(`${name}: ${(cause as Error).message}`, { cause })
    }
  }
  for (const point of points) {
    const again: Point[] = []
    if (chance.below(nested) === 0) stopRecovery(point, chance, again)
    await check(point)
    for (const each of again) await check(each)
    tried += 1 + again.length
  }
  return { tried, names: points.map(({ name }) => name) }
}

/** Every operation of the life, with a kill and a power cut each. */
async function pointsOf({ seed, steps, live, atEveryByte = false }: Everywhere): Promise<Point[]> {
  const points: Point[] = []
  const chance = new SeededRandom(seed + 1_000_000)
  const life: Life = live((disk, operation) => {
    const promises = life.models.map((model) => model.promise())
    const after = `seed ${seed}`
    points.push(...crashPoints(disk, operation, { promises, chance, after, atEveryByte }))
  })
  await life.begin()
  await life.run(steps)
  await life.end()
  return points
}

/** Collects what crashes of the recovery leave. What a power cut spared by chance is not promised, even if it is killed next. */
function stopRecovery({ name, crash, disk, promises }: Point, chance: SeededRandom, into: Point[]) {
  const worst = (second: Crash): Crash => (crash === 'power' ? crash : second)
  disk.faults.observe = (operation) => {
    for (const each of crashPoints(disk, operation, {
      promises,
      chance,
      after: name,
      atEveryByte: false,
    })) {
      into.push({ ...each, crash: worst(each.crash) })
    }
  }
}
