import type { ErrorName } from '../protocol/errors.ts'

/**
 * What an error says of a proposed in-sync set: it was refused for certain; or something newer is on its way, and whatever it says
 * replaces the proposal; or nobody knows, and it must be asked again. Only the first lets the high watermark pass those who were
 * proposed: in both other cases the controller may count on them already, and one of them may be the next leader.
 */
export function fateOfProposal(error: ErrorName): 'refused' | 'overtaken' | 'unknown' {
  return fates[error] ?? 'unknown'
}

const fates: Partial<Record<ErrorName, 'refused' | 'overtaken'>> = {
  INELIGIBLE_REPLICA: 'refused',
  OPERATION_NOT_ATTEMPTED: 'refused',
  // It was accepted, completed a reassignment, and so took the leadership from us.
  NEW_LEADER_ELECTED: 'overtaken',
  FENCED_LEADER_EPOCH: 'overtaken',
  // The answer to a proposal that had been accepted, where that answer was lost, too.
  INVALID_UPDATE_VERSION: 'overtaken',
  INVALID_REQUEST: 'overtaken',
  UNKNOWN_TOPIC_ID: 'overtaken',
  UNKNOWN_TOPIC_OR_PARTITION: 'overtaken',
}
