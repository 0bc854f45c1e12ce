/** SCRAM credentials of users (KIP-554). Passwords stay here: what is sent is salted and hashed. */
import { pbkdf2Sync } from 'node:crypto'
import { alterUserScramCredentials as alterApi } from '../../protocol/apis/alter-user-scram-credentials.ts'
import { describeUserScramCredentials as describeApi } from '../../protocol/apis/describe-user-scram-credentials.ts'
import { code } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { ensureNone, type Result, resultOf } from '../result.ts'
import type { TimeoutOption } from './topics.ts'

/** The numbers of the protocol, and what a mechanism asks for. */
export const scramMechanisms = {
  'SCRAM-SHA-256': { number: 1, digest: 'sha256', size: 32, iterationsMin: 4096 },
  'SCRAM-SHA-512': { number: 2, digest: 'sha512', size: 64, iterationsMin: 4096 },
} as const
export type ScramMechanism = keyof typeof scramMechanisms

export type ScramCredential = { readonly mechanism: string; readonly iterations: number }
export type UserCredentials = { user: string; result: Result<ScramCredential[]> }

/** Of these users, or of all that have some; a user without credentials is left out. */
export async function describeUserScramCredentials(
  cluster: Cluster,
  users: readonly string[],
  { timeoutMs }: TimeoutOption = {},
): Promise<UserCredentials[]> {
  const callName = 'describeUserScramCredentials'
  return cluster.retrying({ callName, timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const answer = await connection.call(describeApi, { users: users.map((name) => ({ name })) })
    ensureNone(answer.errorCode, answer.errorMessage)
    return answer.results
      .filter(({ errorCode }) => errorCode !== code('RESOURCE_NOT_FOUND'))
      .map(({ user, errorCode, errorMessage, credentialInfos }) => ({
        user,
        result: resultOf(errorCode, errorMessage, () =>
          credentialInfos.map(({ mechanism, iterations }) => ({
            mechanism: nameOf(mechanism),
            iterations,
          })),
        ),
      }))
  })
}

function nameOf(number: number): string {
  const found = Object.entries(scramMechanisms).find(([, each]) => each.number === number)
  return found?.[0] ?? 'UNKNOWN'
}

export type ScramChanges = {
  readonly user: string
  readonly deletions: readonly ScramMechanism[]
  readonly upsertions: readonly {
    readonly mechanism: ScramMechanism
    readonly iterations: number
    readonly password: string
  }[]
}

const saltSize = 24

export async function alterUserScramCredentials(
  cluster: Cluster,
  { user, deletions, upsertions }: ScramChanges,
  { timeoutMs }: TimeoutOption = {},
): Promise<void> {
  const { random } = cluster.settings.host
  const callName = 'alterUserScramCredentials'
  await cluster.retrying({ callName, timeoutMs }, async (attempt) => {
    const connection = await cluster.controller()
    attempt.reached = true
    const answer = await connection.call(alterApi, {
      deletions: deletions.map((each) => ({
        name: user,
        mechanism: scramMechanisms[each].number,
      })),
      upsertions: upsertions.map(({ mechanism, iterations, password }) => {
        const { number, digest, size } = scramMechanisms[mechanism]
        const salt = random.bytes(saltSize)
        const saltedPassword = pbkdf2Sync(password, salt, iterations, size, digest)
        return { name: user, mechanism: number, iterations, salt, saltedPassword }
      }),
    })
    for (const each of answer.results) ensureNone(each.errorCode, each.errorMessage)
  })
}
