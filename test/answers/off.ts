/** What a broker without an authorizer, without tokens and without sasl says of these. */
import { addRaftVoter } from '../../src/protocol/apis/add-raft-voter.ts'
import { createAcls } from '../../src/protocol/apis/create-acls.ts'
import { createDelegationToken } from '../../src/protocol/apis/create-delegation-token.ts'
import { deleteAcls } from '../../src/protocol/apis/delete-acls.ts'
import { describeAcls } from '../../src/protocol/apis/describe-acls.ts'
import { describeDelegationToken } from '../../src/protocol/apis/describe-delegation-token.ts'
import { describeTransactions } from '../../src/protocol/apis/describe-transactions.ts'
import { describeUserScramCredentials } from '../../src/protocol/apis/describe-user-scram-credentials.ts'
import { expireDelegationToken } from '../../src/protocol/apis/expire-delegation-token.ts'
import { listTransactions } from '../../src/protocol/apis/list-transactions.ts'
import { removeRaftVoter } from '../../src/protocol/apis/remove-raft-voter.ts'
import { renewDelegationToken } from '../../src/protocol/apis/renew-delegation-token.ts'
import { saslAuthenticate } from '../../src/protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../src/protocol/apis/sasl-handshake.ts'
import { type Scene, step } from './scene.ts'

const filter = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}
const creation = {
  resourceType: 2,
  resourceName: 't',
  resourcePatternType: 3,
  principal: 'User:x',
  host: '*',
  operation: 3,
  permissionType: 3,
}
const hmac = Buffer.from('0102', 'hex')

export const off: Scene = {
  name: 'off',
  steps: [
    step('which acls', describeAcls, filter),
    step('which acls, an operation that is none', describeAcls, { ...filter, operation: 0 }),
    step('new acls', createAcls, { creations: [creation, { ...creation, resourceName: 'u' }] }),
    step('no acls any more', deleteAcls, {
      filters: [filter, { ...filter, resourceTypeFilter: 2 }],
    }),
    step('a token', createDelegationToken, {
      ownerPrincipalType: null,
      ownerPrincipalName: null,
      renewers: [],
      maxLifetimeMs: -1n,
    }),
    step('a longer life for a token', renewDelegationToken, { hmac, renewPeriodMs: -1n }),
    step('the end of a token', expireDelegationToken, { hmac, expiryTimePeriodMs: -1n }),
    step('which tokens', describeDelegationToken, { owners: null }),
    step('who has credentials', describeUserScramCredentials, { users: null }),
    step('has one credentials', describeUserScramCredentials, { users: [{ name: 'alice' }] }),
    step('which transactions', listTransactions, { stateFilters: [], producerIdFilters: [] }),
    step('which transactions of a state', listTransactions, {
      stateFilters: ['Ongoing', 'Nonsense'],
      producerIdFilters: [],
    }),
    step('what a transaction does', describeTransactions, { transactionalIds: ['tx'] }),
    ...[null, 'another cluster'].flatMap((clusterId) => [
      step(`one more voter in ${clusterId ?? 'this cluster'}`, addRaftVoter, {
        clusterId,
        timeoutMs: 30_000,
        voterId: 2,
        voterDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
        listeners: [{ name: 'CONTROLLER', host: 'localhost', port: 9 }],
      }),
      step(`one voter less in ${clusterId ?? 'this cluster'}`, removeRaftVoter, {
        clusterId,
        voterId: 1,
        voterDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      }),
    ]),
    step('a handshake', saslHandshake, { mechanism: 'PLAIN' }),
    step('a login', saslAuthenticate, { authBytes: hmac }),
  ],
}
