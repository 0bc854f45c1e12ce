/** Groups that have members cannot be reset: who is there, and waiting until they have left. */
import { describeGroups } from '../../../client/admin/describe-groups.ts'
import { pause } from '../../../host/clock.ts'
import { executionError, runtimeError } from '../../java/errors.ts'
import type { Machine } from '../../machine.ts'
import { type Asking, viewOf } from '../ask.ts'
import type { GroupView } from '../describe/view.ts'

const lookEveryMs = 500

type Waiting = { readonly wait: boolean; readonly machine: Machine }

/** Those that are neither empty nor dead; with `wait` only after --timeout. */
export async function liveGroups(
  asking: Asking,
  groups: readonly string[],
  { wait, machine }: Waiting,
): Promise<Map<string, GroupView>> {
  const { clock, stderr } = machine
  const deadline = clock.monotonic() + asking.timeoutMs
  for (let isFirst = true; ; isFirst = false) {
    const live = await look(asking, groups)
    if (!wait || live.size === 0 || clock.monotonic() >= deadline) return live
    if (isFirst) for (const view of live.values()) stderr.write(`waiting for ${membersOf(view)}\n`)
    await pause(clock, lookEveryMs)
  }
}

async function look(
  { cluster, timeoutMs }: Asking,
  groups: readonly string[],
): Promise<Map<string, GroupView>> {
  const live = new Map<string, GroupView>()
  for (const [group, result] of await describeGroups(cluster, groups, { timeoutMs })) {
    if (result.ok) {
      const view = viewOf(result.value)
      if (view.state !== 'Empty' && view.state !== 'Dead') live.set(group, view)
    } else if (result.error.error !== 'GROUP_ID_NOT_FOUND') {
      throw runtimeError(executionError(result.error))
    }
  }
  return live
}

/** For a person: who has to be stopped before the offsets can be set. */
export function whoIsThere(view: GroupView): string {
  return `${membersOf(view)}\nStop them, or let --wait do the waiting for their end.\n`
}

function membersOf({ group, members }: GroupView): string {
  const each = members.map(({ consumerId, clientId, instanceId, host }) => {
    const instance = instanceId === null ? '' : `, instance ${instanceId}`
    return `${consumerId} (${clientId}${instance}) from ${host.replace(/^\//, '')}`
  })
  const who = each.length === 0 ? 'nobody yet' : each.join('; ')
  return `members of group '${group}': ${who}`
}
