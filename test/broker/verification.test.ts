/** Before the first records of a transaction are appended its coordinator is asked; order is kept, and who is late is told. */
import { expect, test } from 'vitest'
import { deferred } from '../../src/base/deferred.ts'
import { type Claim, Verification } from '../../src/broker/transactions/verification.ts'
import type { ErrorName } from '../../src/protocol/errors.ts'
import { SimClock } from '../sim/clock.ts'

const at = { topic: 't', partition: 0 }
const claim: Claim = { transactionalId: 'tx', producerId: 1n, producerEpoch: 0, adds: true }

class Scene {
  readonly clock = new SimClock()
  readonly asked: ReturnType<typeof deferred<ErrorName>>[] = []
  readonly used: string[] = []
  isOpen = false
  readonly verification = new Verification({
    clock: this.clock,
    ask: () => {
      const answer = deferred<ErrorName>()
      this.asked.push(answer)
      return answer.promise
    },
    retryBackoffMs: () => 20,
    retryBackoffMaxMs: () => 100,
  })

  verify(name: string, more: Partial<Claim> = {}): void {
    void this.verification.verified({ ...claim, ...more }, at, {
      isOpen: () => this.isOpen,
      use: (error) => {
        this.used.push(`${name} ${error}`)
        if (error === 'NONE') this.isOpen = true
      },
    })
  }

  async answer(error: ErrorName): Promise<void> {
    this.asked.at(-1)!.resolve(error)
    await settle()
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('those that come meanwhile wait behind the first, and need no question of their own', async () => {
  const scene = new Scene()
  for (const name of ['first', 'second', 'third']) scene.verify(name)
  await settle()
  expect(scene.asked).toHaveLength(1)
  expect(scene.verification.isPending(at, 1n)).toBe(true)
  await scene.answer('NONE')
  expect(scene.used).toEqual(['first NONE', 'second NONE', 'third NONE'])
  expect(scene.asked).toHaveLength(1)
  expect(scene.verification.isPending(at, 1n)).toBe(false)
})

test('where the first is refused, the second asks for itself', async () => {
  const scene = new Scene()
  for (const name of ['first', 'second']) scene.verify(name)
  await settle()
  await scene.answer('INVALID_PRODUCER_EPOCH')
  await scene.answer('NONE')
  expect(scene.used).toEqual(['first INVALID_PRODUCER_EPOCH', 'second NONE'])
})

test.each([
  { adds: true, markerEpoch: 4, found: 'INVALID_TXN_STATE', what: 'its end' },
  { adds: true, markerEpoch: 3, found: 'NONE', what: 'the end of the one before' },
  { adds: false, markerEpoch: 3, found: 'INVALID_TXN_STATE', what: 'an end in the same epoch' },
])('$what between the question and the answer: $found', async ({ adds, markerEpoch, found }) => {
  const scene = new Scene()
  scene.verify('asked', { adds, producerEpoch: 3 })
  await settle()
  scene.verification.ended(at, { producerId: 1n, producerEpoch: markerEpoch })
  await scene.answer('NONE')
  expect(scene.used).toEqual([`asked ${found}`])
})

test('the end of the transaction before does not matter to who was asked to wait for it', async () => {
  const scene = new Scene()
  scene.verify('next')
  await settle()
  await scene.answer('CONCURRENT_TRANSACTIONS')
  scene.verification.ended(at, { producerId: 1n, producerEpoch: 0 })
  scene.clock.advance(20)
  await settle()
  await scene.answer('NONE')
  expect(scene.used).toEqual(['next NONE'])
})

test('who only asks, and who has waited for long, hears of it', async () => {
  const scene = new Scene()
  scene.verify('asks', { adds: false })
  await settle()
  await scene.answer('CONCURRENT_TRANSACTIONS')
  scene.verify('adds')
  await settle()
  scene.clock.advance(100)
  await scene.answer('CONCURRENT_TRANSACTIONS')
  expect(scene.used).toEqual(['asks CONCURRENT_TRANSACTIONS', 'adds CONCURRENT_TRANSACTIONS'])
})
