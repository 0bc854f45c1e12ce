/** Which topics a group reads: by name and by expression, as far as they exist. */
import { re2 } from '../../base/re2.ts'
import { xxh3 } from '../../base/xxh3.ts'
import type { Turn } from '../turn.ts'
import type { Topics } from '../world.ts'
import { rememberRegex } from './remember.ts'
import type { ConsumerGroup, Member } from './state.ts'

/** With those that do not exist (yet). */
export function topicNamesOf(group: ConsumerGroup, { topicNames, regex }: Member): Set<string> {
  const names = new Set(topicNames)
  for (const name of group.regexes.get(regex)?.topics ?? []) names.add(name)
  return names
}

export function topicIdsOf(group: ConsumerGroup, member: Member, topics: Topics): Set<string> {
  const ids = new Set<string>()
  for (const name of topicNamesOf(group, member)) {
    const topic = topics.byName(name)
    if (topic !== undefined) ids.add(topic.id)
  }
  return ids
}

export function isSubscribed(group: ConsumerGroup, topic: string): boolean {
  for (const { topicNames, regex } of group.members.values()) {
    if (topicNames.includes(topic)) return true
    if (group.regexes.get(regex)?.topics.includes(topic)) return true
  }
  return false
}

/** Of all topics that the group reads, in the order of their names; 0 for none (KIP-1101). */
export function metadataHash(group: ConsumerGroup, topics: Topics): bigint {
  const names = new Set<string>()
  for (const member of group.members.values()) {
    for (const name of topicNamesOf(group, member)) names.add(name)
  }
  const hashes = [...names].sort().flatMap((name) => topics.byName(name)?.hash ?? [])
  if (hashes.length === 0) return 0n
  const bytes = new DataView(new ArrayBuffer(8 * hashes.length))
  for (const [index, hash] of hashes.entries()) bytes.setBigInt64(8 * index, hash, true)
  return xxh3(new Uint8Array(bytes.buffer))
}

const subscribes = (group: ConsumerGroup, wanted: string): boolean =>
  [...group.members.values()].some(({ regex }) => regex === wanted)

/** After a member came, went or changed: resolves what is new, forgets what nobody uses. Tells whether topics changed. */
export function updateRegexes(turn: Turn, group: ConsumerGroup, member: Member): boolean {
  forgetUnusedRegexes(turn, group)
  if (member.regex === '' || group.regexes.has(member.regex)) return false
  resolve(turn, member.regex)
  return true
}

export function forgetUnusedRegexes(turn: Turn, group: ConsumerGroup): void {
  for (const regex of [...group.regexes.keys()]) {
    if (!subscribes(group, regex)) rememberRegex(turn, regex, null)
  }
}

/** After topics came or went. */
export function refreshRegexes(turn: Turn, group: ConsumerGroup): boolean {
  let changed = false
  for (const [regex, { topics }] of [...group.regexes]) {
    const found = topicsMatching(regex, turn.world.topics)
    if (found.length === topics.length && found.every((name, i) => name === topics[i])) continue
    resolve(turn, regex)
    changed = true
  }
  return changed
}

function resolve(turn: Turn, regex: string): void {
  const { topics, now } = turn.world
  const resolved = { topics: topicsMatching(regex, topics), version: topics.offset }
  rememberRegex(turn, regex, { ...resolved, timestamp: BigInt(now) })
}

function topicsMatching(regex: string, topics: Topics): string[] {
  const pattern = re2(regex)
  // What was checked when it came in; another version of the library may see it differently.
  if ('fault' in pattern) return []
  return [...topics.names()].filter((name) => pattern.matches(name)).sort()
}
