/** The transaction coordinator's core, by hand: each case a rule of KIP-98, KIP-360 or KIP-890. */
import { describe, expect, test } from 'vitest'
import { moved, moves, noPartitions, type State, states } from '../../src/transactions/state.ts'
import { Drive, t0 } from './drive.ts'

describe('InitProducerId', () => {
  test('the first one gets epoch 0, each later one fences those before', () => {
    const drive = new Drive()
    expect(drive.init()).toEqual({ error: 'NONE', producerId: 100n, producerEpoch: 0 })
    expect(drive.init()).toEqual({ error: 'NONE', producerId: 100n, producerEpoch: 1 })
    expect(drive.add(100n, 0)).toBe('PRODUCER_FENCED')
    expect(drive.add(100n, 1)).toBe('NONE')
  })

  test.each([
    { timeoutMs: 0, why: 'no time at all' },
    { timeoutMs: 900_001, why: 'more than transaction.max.timeout.ms' },
  ])('refuses a timeout: $why', ({ timeoutMs }) => {
    const drive = new Drive()
    expect(drive.init(null, timeoutMs).error).toBe('INVALID_TRANSACTION_TIMEOUT')
    expect(drive.transaction.content).toBeNull()
  })

  test('of an open transaction aborts it, and asks to come again', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    expect(drive.init().error).toBe('CONCURRENT_TRANSACTIONS')
    expect(drive.markers).toMatchObject({ commit: false, producerEpoch: 1, partitions: t0 })
    expect(drive.init().error).toBe('CONCURRENT_TRANSACTIONS')
    drive.marked()
    expect(drive.init()).toEqual({ error: 'NONE', producerId: 100n, producerEpoch: 2 })
    expect(drive.end(100n, 0).error).toBe('PRODUCER_FENCED')
  })

  test('of who names its epoch raises it, once even if it is asked twice (KIP-360)', () => {
    const drive = new Drive()
    drive.init()
    const expected = { producerId: 100n, producerEpoch: 0 }
    expect(drive.init(expected).producerEpoch).toBe(1)
    expect(drive.init(expected).producerEpoch).toBe(1)
    expect(drive.init({ producerId: 100n, producerEpoch: 1 }).producerEpoch).toBe(2)
    expect(drive.init(expected).error).toBe('PRODUCER_FENCED')
    expect(drive.init({ producerId: 7n, producerEpoch: 2 }).error).toBe('PRODUCER_FENCED')
  })

  test('a new producer id takes over when the epochs are used up', () => {
    const drive = new Drive()
    drive.init()
    drive.transaction.content = { ...drive.content, producerEpoch: 32_765 }
    expect(drive.init()).toMatchObject({ producerId: 100n, producerEpoch: 32_766 })
    expect(drive.init()).toMatchObject({ producerId: 101n, producerEpoch: 0 })
    expect(drive.content.previousProducerId).toBe(100n)
    expect(drive.add(100n, 32_766)).toBe('INVALID_PRODUCER_ID_MAPPING')
  })
})

describe('adding partitions', () => {
  test.each([
    { id: 101n, epoch: 0, error: 'INVALID_PRODUCER_ID_MAPPING' },
    { id: 100n, epoch: 1, error: 'PRODUCER_FENCED' },
    { id: 100n, epoch: 0, error: 'NONE' },
  ])('of producer $id at epoch $epoch: $error', ({ id, epoch, error }) => {
    const drive = new Drive()
    drive.init()
    expect(drive.add(id, epoch)).toBe(error)
  })

  test('the same again writes nothing', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    const { length } = drive.records
    expect(drive.add(100n, 0)).toBe('NONE')
    expect(drive.records).toHaveLength(length)
  })

  test('waits while the last transaction gets its markers', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    drive.end(100n, 0)
    expect(drive.add(100n, 1)).toBe('CONCURRENT_TRANSACTIONS')
    drive.marked()
    expect(drive.add(100n, 1)).toBe('NONE')
    expect(drive.content.partitions).toEqual(t0)
  })

  test('a broker that asks hears which are missing', () => {
    const drive = new Drive()
    drive.init()
    const partitions = new Map([['t', new Set([0, 1])]])
    const event = { kind: 'verify' as const, producerId: 100n, producerEpoch: 0, partitions }
    expect(drive.ask(event).missing).toEqual(partitions)
    drive.add(100n, 0)
    expect(drive.ask(event)).toEqual({ error: 'NONE', missing: new Map([['t', new Set([1])]]) })
    expect(drive.ask({ ...event, producerEpoch: 3 }).error).toBe('PRODUCER_FENCED')
  })
})

describe('the end', () => {
  test('raises the epoch of a client of KIP-890, and answers the same when asked again', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    const answer = { error: 'NONE', producerId: 100n, producerEpoch: 1 }
    expect(drive.end(100n, 0)).toEqual(answer)
    expect(drive.markers).toMatchObject({ commit: true, producerEpoch: 1, transactionVersion: 2 })
    expect(drive.end(100n, 0).error).toBe('CONCURRENT_TRANSACTIONS')
    // The next transaction, with nothing in it, comes early.
    expect(drive.end(100n, 1, false).error).toBe('CONCURRENT_TRANSACTIONS')
    drive.marked()
    expect(drive.content).toMatchObject({ state: 'CompleteCommit', partitions: noPartitions })
    expect(drive.end(100n, 0)).toEqual(answer)
    expect(drive.end(100n, 0, false).error).toBe('INVALID_TXN_STATE')
    expect(drive.end(100n, 1).error).toBe('INVALID_TXN_STATE')
  })

  test('leaves the epoch of an older client', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0, 0)
    expect(drive.end(100n, 0, false, 0)).toEqual({
      error: 'NONE',
      producerId: 100n,
      producerEpoch: 0,
    })
    expect(drive.markers).toMatchObject({ commit: false, producerEpoch: 0, transactionVersion: 0 })
    expect(drive.end(100n, 0, true, 0).error).toBe('CONCURRENT_TRANSACTIONS')
    drive.marked()
    expect(drive.end(100n, 0, false, 0).error).toBe('NONE')
    expect(drive.end(100n, 0, true, 0).error).toBe('INVALID_TXN_STATE')
  })

  test.each([
    { commit: true, version: 0, error: 'INVALID_TXN_STATE' },
    { commit: false, version: 0, error: 'INVALID_TXN_STATE' },
    { commit: true, version: 2, error: 'INVALID_TXN_STATE' },
    { commit: false, version: 2, error: 'NONE' },
  ])('of nothing (commit $commit, version $version): $error', ({ commit, version, error }) => {
    const drive = new Drive()
    drive.init()
    expect(drive.end(100n, 0, commit, version).error).toBe(error)
    expect(drive.content.state).toBe(error === 'NONE' ? 'CompleteAbort' : 'Empty')
  })

  test('a new producer id comes with the end that uses up the last epoch', () => {
    const drive = new Drive()
    drive.init()
    drive.transaction.content = { ...drive.content, producerEpoch: 32_766 }
    drive.add(100n, 32_766)
    const answer = { error: 'NONE', producerId: 101n, producerEpoch: 0 }
    expect(drive.end(100n, 32_766)).toEqual(answer)
    expect(drive.markers).toMatchObject({ producerId: 100n, producerEpoch: 32_767 })
    expect(drive.add(101n, 0)).toBe('CONCURRENT_TRANSACTIONS')
    drive.marked()
    expect(drive.end(100n, 32_766)).toEqual(answer)
    expect(drive.add(101n, 0)).toBe('NONE')
  })
})

describe('time', () => {
  test.each([0, 2])(
    'a transaction that takes too long is aborted (client version %i)',
    (version) => {
      const drive = new Drive()
      drive.init(null, 1000)
      drive.now += 50_000
      drive.play({ kind: 'look-at-timeout' })
      expect(drive.content.state).toBe('Empty')
      drive.add(100n, 0, version)
      drive.now += 1000
      drive.play({ kind: 'look-at-timeout' })
      expect(drive.content.state).toBe('Ongoing')
      drive.now += 1
      drive.play({ kind: 'look-at-timeout' })
      expect(drive.markers).toMatchObject({ commit: false, producerEpoch: 1 })
      drive.marked()
      expect(drive.add(100n, 0)).toBe('PRODUCER_FENCED')
      expect(drive.end(100n, 0, true, version).error).not.toBe('NONE')
    },
  )

  test('an id that nobody uses is forgotten, one with an open transaction is not', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    drive.now += 5000
    drive.play({ kind: 'look-at-expiry' })
    expect(drive.content.state).toBe('Ongoing')
    drive.end(100n, 0)
    drive.marked()
    drive.now += 1000
    drive.play({ kind: 'look-at-expiry' })
    expect(drive.transaction.content).toBeNull()
    expect(drive.records.at(-1)!.value).toBeNull()
    expect(drive.add(100n, 1)).toBe('INVALID_PRODUCER_ID_MAPPING')
  })
})

describe('a coordinator that takes over', () => {
  test('sends the markers of what was decided', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    drive.end(100n, 0)
    const { markers } = drive
    drive.reload()
    expect(drive.markers).toEqual(markers)
    drive.marked()
    drive.reload()
    expect(drive.markers).toBeNull()
    expect(drive.content).toMatchObject({ state: 'CompleteCommit', producerEpoch: 1 })
  })

  test('hears of markers that the one before it sent, and leaves the next transaction alone', () => {
    const drive = new Drive()
    drive.init()
    drive.add(100n, 0)
    drive.end(100n, 0)
    drive.marked()
    drive.add(100n, 1)
    drive.end(100n, 1)
    drive.play({ kind: 'marked', producerId: 100n, producerEpoch: 1 })
    expect(drive.content.state).toBe('PrepareCommit')
  })
})

test.each(states.flatMap((from) => states.map((to) => ({ from, to }))))(
  '$from to $to, as drawn',
  ({ from, to }) => {
    const drive = new Drive()
    drive.init()
    const content = { ...drive.content, state: from }
    const isDrawn = (moves[from] as readonly State[]).includes(to)
    if (isDrawn) expect(moved(content, { state: to }).state).toBe(to)
    else expect(() => moved(content, { state: to })).toThrow()
  },
)
