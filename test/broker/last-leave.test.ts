/** The active controller goes when nobody waits for its leave any more. */
import { expect, test } from 'vitest'
import { isLeaveAwaited } from '../../src/broker/quorum/broker-lifecycle.ts'
import { Cluster } from '../metadata/cluster.ts'

const ended = (cluster: Cluster, nodeId: number, isCommitted = true) => {
  const { image } = cluster
  return { nodeId, log: { logEndOffset: isCommitted ? image.offset : image.offset + 1n } }
}

test.each<{
  what: string
  happens: (cluster: Cluster) => void
  isCommitted?: boolean
  awaited: boolean
}>([
  { what: 'nobody has asked', happens: () => {}, awaited: false },
  {
    what: 'it has asked itself',
    happens: (cluster) => cluster.beat(1, { wantShutDown: true }),
    awaited: false,
  },
  {
    what: 'another one has asked',
    happens: (cluster) => cluster.beat(2, { wantShutDown: true }),
    awaited: true,
  },
  {
    what: 'the other one has got its leave',
    happens: (cluster) => {
      cluster.beat(2, { wantShutDown: true })
      cluster.event({ kind: 'broker-gone', id: 2 })
    },
    awaited: false,
  },
  {
    what: 'what was decided is not committed',
    happens: () => {},
    isCommitted: false,
    awaited: true,
  },
])('$what: $awaited', ({ happens, isCommitted, awaited }) => {
  const cluster = new Cluster().brokers(2)
  cluster.create('orders', {
    replicas: [
      [1, 2],
      [2, 1],
    ],
  })
  happens(cluster)
  expect(isLeaveAwaited(cluster.image, ended(cluster, 1, isCommitted))).toBe(awaited)
})
