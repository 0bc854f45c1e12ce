/** What everybody may do where no authorizer is set, as bit fields of KIP-430: bit n is operation n. */
const bits = (...operations: number[]): number =>
  operations.reduce((sum, each) => sum | (1 << each), 0)

const read = 3
const write = 4
const create = 5
const remove = 6
const alter = 7
const describe = 8
const clusterAction = 9
const describeConfigs = 10
const alterConfigs = 11
const idempotentWrite = 12

export const notAsked = -2147483648
export const topicOperations = bits(
  read,
  write,
  create,
  remove,
  alter,
  describe,
  describeConfigs,
  alterConfigs,
)
export const clusterOperations = bits(
  create,
  alter,
  describe,
  clusterAction,
  describeConfigs,
  alterConfigs,
  idempotentWrite,
)
export const groupOperations = bits(read, remove, describe, describeConfigs, alterConfigs)
