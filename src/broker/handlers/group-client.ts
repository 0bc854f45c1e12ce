import type { Client } from '../../groups/events.ts'
import type { Call } from '../handler.ts'

/** A member as groups know it: an address with Java's slash in front. */
export function clientOf(call: Call): Client {
  return { clientId: call.clientId ?? '', clientHost: `/${call.clientHost}` }
}
