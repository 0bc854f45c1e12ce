import { SimClock } from '../../sim/clock.ts'

const stepMs = 5
const stepsMax = 200_000

/** Lets simulated time run until the promise is settled. */
export async function play<T>(clock: SimClock, promise: Promise<T>): Promise<T> {
  let isSettled = false
  const done = () => {
    isSettled = true
  }
  promise.then(done, done)
  for (let step = 0; !isSettled; step++) {
    if (step > stepsMax) throw new Error('nothing happens any more')
    for (let turn = 0; turn < 12 && !isSettled; turn++) await idle()
    if (!isSettled) clock.advance(stepMs)
  }
  return promise
}

/** Lets simulated time pass. */
export async function pass(clock: SimClock, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += stepMs) {
    for (let turn = 0; turn < 12; turn++) await idle()
    clock.advance(stepMs)
  }
  for (let turn = 0; turn < 12; turn++) await idle()
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

export { SimClock }
