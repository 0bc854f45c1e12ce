/** What the timeline of a group is made of: who came and went, and why partitions moved. */
export interface NotedMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
}

export interface TopicShare {
  readonly topic: string
  readonly partitions: Iterable<number>
}

export interface NotedAssignment {
  readonly generation: number
  readonly protocol: string
  /** How many each member now has; −1 where the assignment does not tell. */
  readonly partitions: ReadonlyMap<string, number>
  /** Which ones they are, as far as the assignment tells. */
  readonly shares: ReadonlyMap<string, readonly TopicShare[]>
}

export type Note =
  | { readonly kind: 'joined'; readonly member: NotedMember; readonly reason: string }
  | { readonly kind: 'left'; readonly member: NotedMember; readonly reason: string }
  /** Its session ended, or it kept the others waiting for longer than the rebalance timeout. */
  | { readonly kind: 'timed-out'; readonly member: NotedMember; readonly reason: string }
  /** Another process took over its instance id. */
  | { readonly kind: 'fenced'; readonly member: NotedMember; readonly by: string }
  /** It speaks of an epoch that is not its own, and must give up all it has and join again. */
  | { readonly kind: 'fenced'; readonly member: NotedMember; readonly reason: string }
  | { readonly kind: 'rebalance-began'; readonly reason: string }
  /** A new generation, or a new target assignment. */
  | ({ readonly kind: 'assigned' } & NotedAssignment)
  /** Another coordinator, or this one in a former life, has led it to where it is. What happened in between is known there. */
  | ({ readonly kind: 'taken-over' } & NotedAssignment)
  | { readonly kind: 'emptied'; readonly generation: number }
