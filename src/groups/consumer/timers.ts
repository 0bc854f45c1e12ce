/** A member's timers. That of the session has the name that it has in the classic protocol. */
export const sessionTimer = (memberId: string): string => `session ${memberId}`
/** For giving back what it must. */
export const revokeTimer = (memberId: string): string => `revoke ${memberId}`
/** Of members of the classic protocol: for coming back to a rebalance, and for asking what they got. */
export const joinTimer = (memberId: string): string => `join ${memberId}`
export const syncTimer = (memberId: string): string => `sync ${memberId}`

export const timersOf = (memberId: string): string[] =>
  [sessionTimer, revokeTimer, joinTimer, syncTimer].map((name) => name(memberId))
