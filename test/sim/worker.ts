/** One of a crew: plays the seed that it is told, answers what went wrong or null, and ends when it is told null. */
import { parentPort, workerData } from 'node:worker_threads'
import { plays, type Sim } from './seeds.ts'

const play = async (seed: number): Promise<string | null> => plays[workerData.sim as Sim](seed)

parentPort!.on('message', (seed: number | null) => {
  if (seed === null) parentPort!.close()
  else void play(seed).then((fault) => parentPort!.postMessage(fault))
})
