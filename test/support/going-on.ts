import { expect } from 'vitest'
import type { Asked } from './asking.ts'
import { append, commit, type Identity, numbered } from './filling.ts'
import { read } from './seeing.ts'

/** The idempotent producer goes on where it was, on whichever broker; a batch that is sent twice is there once. */
export async function goOn(
  { connection, kind }: { connection: Asked; kind: string },
  identity: Identity,
): Promise<Identity> {
  const before = await read(connection, 'idempotent', 0, 0n)
  const records = numbered(4, `by ${kind}`)
  const batch = { topic: 'idempotent', ...identity, records }
  const offset = await append(connection, batch)
  expect(await append(connection, batch)).toBe(offset)
  const after = await read(connection, 'idempotent', 0, 0n)
  expect(after.slice(0, before.length)).toEqual(before)
  expect(after.length).toBe(before.length + 4)
  await append(connection, { topic: 'plain', partition: 1, records: numbered(5, kind) })
  await commit(connection, 'by-itself', 'plain', [3n, 51n])
  return { ...identity, baseSequence: identity.baseSequence + 4 }
}
