/** Plays many seeds, several at once: each worker takes the next one as soon as it is done with the last. */
import { rmSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { bundle } from './plant.ts'
import type { Sim } from './seeds.ts'

export interface Work {
  readonly first: number
  readonly seeds: number
  readonly workers: number
  readonly sim: Sim
}

/** A new generation that is small is collected all the time: a world leaves much behind, and little of it for long. */
const youngMegabytes = 64

/** Calls back for every seed that fails. */
export async function playAll(work: Work, failed: (fault: string) => void): Promise<void> {
  const file = await bundle('worker.ts')
  try {
    let next = work.first
    const take = (): number | null => (next < work.first + work.seeds ? next++ : null)
    const crew = Array.from({ length: Math.min(work.workers, work.seeds) }, () =>
      employ(new Worker(file, optionsOf(work)), take, failed),
    )
    await Promise.all(crew)
  } finally {
    rmSync(file, { force: true })
  }
}

const optionsOf = ({ sim }: Work) => ({
  workerData: { sim },
  resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
})

function employ(
  worker: Worker,
  take: () => number | null,
  failed: (fault: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => worker.postMessage(take())
    worker.on('message', (fault: string | null) => {
      if (fault !== null) failed(fault)
      give()
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
    give()
  })
}
