import type { MetadataImage } from '../../metadata/image.ts'
import { describeUserScramCredentials } from '../../protocol/apis/describe-user-scram-credentials.ts'
import { code } from '../../protocol/errors.ts'
import { handler } from '../handler.ts'

type Credential = { mechanism: number; iterations: number }

/** Credentials that came with the metadata of another cluster are shown; nobody logs in here with them (KIP-554). */
export default handler(describeUserScramCredentials, ({ image }, { users }) => {
  const known = credentialsOf(image)
  const asked =
    users === null || users.length === 0 ? [...known.keys()] : users.map(({ name }) => name)
  const results = [...new Set(asked)].map((user) => {
    const credentialInfos = known.get(user)
    if (asked.indexOf(user) !== asked.lastIndexOf(user)) {
      const message = `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`
      return refused(user, code('DUPLICATE_RESOURCE'), message)
    }
    if (credentialInfos !== undefined)
      return { user, errorCode: 0, errorMessage: null, credentialInfos }
    const message = `Attempt to describe a user credential that does not exist: ${user}`
    return refused(user, code('RESOURCE_NOT_FOUND'), message)
  })
  return { throttleTimeMs: 0, errorCode: 0, errorMessage: '', results }
})

const refused = (user: string, errorCode: number, errorMessage: string) => ({
  user,
  errorCode,
  errorMessage,
  credentialInfos: [],
})

function credentialsOf(image: MetadataImage): Map<string, Credential[]> {
  const found = new Map<string, Credential[]>()
  for (const record of image.kept.values()) {
    if (record.kind !== 'userScramCredential') continue
    const { name, mechanism, iterations } = record.value
    found.set(name, [...(found.get(name) ?? []), { mechanism, iterations }])
  }
  return found
}
