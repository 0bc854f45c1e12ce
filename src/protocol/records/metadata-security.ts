/** Records of __cluster_metadata about who may do what, and how much of it: tokens, SCRAM, ACLs, quotas. */
import {
  array,
  boolean,
  bytes,
  float64,
  int8,
  int32,
  int64,
  nullableString,
  record,
  string,
  struct,
  uuid,
} from '../schema.ts'

export const delegationTokenRecord = record({
  name: 'DelegationTokenRecord',
  type: 10,
  versions: [0, 0],
  flexible: 0,
  fields: {
    owner: string,
    requester: string,
    renewers: array(string),
    issueTimestamp: int64,
    maxTimestamp: int64,
    expirationTimestamp: int64,
    tokenId: string,
  },
})

export const userScramCredentialRecord = record({
  name: 'UserScramCredentialRecord',
  type: 11,
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: string,
    mechanism: int8,
    salt: bytes,
    storedKey: bytes,
    serverKey: bytes,
    iterations: int32,
  },
})

export const clientQuotaRecord = record({
  name: 'ClientQuotaRecord',
  type: 14,
  versions: [0, 0],
  flexible: 0,
  fields: {
    entity: array(
      struct({
        entityType: string,
        entityName: nullableString,
      }),
    ),
    key: string,
    value: float64,
    remove: boolean,
  },
})

export const accessControlEntryRecord = record({
  name: 'AccessControlEntryRecord',
  type: 18,
  versions: [0, 0],
  flexible: 0,
  fields: {
    id: uuid,
    resourceType: int8,
    resourceName: string,
    patternType: int8,
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  },
})

export const removeAccessControlEntryRecord = record({
  name: 'RemoveAccessControlEntryRecord',
  type: 19,
  versions: [0, 0],
  flexible: 0,
  fields: {
    id: uuid,
  },
})

export const removeUserScramCredentialRecord = record({
  name: 'RemoveUserScramCredentialRecord',
  type: 22,
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: string,
    mechanism: int8,
  },
})

export const removeDelegationTokenRecord = record({
  name: 'RemoveDelegationTokenRecord',
  type: 26,
  versions: [0, 0],
  flexible: 0,
  fields: {
    tokenId: string,
  },
})
