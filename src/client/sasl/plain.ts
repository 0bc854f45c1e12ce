import type { Credentials, SaslMechanism } from './mechanism.ts'

/** RFC 4616: name and password, in the clear. */
export function plain({ username, password }: Credentials): SaslMechanism {
  return {
    name: 'PLAIN',
    first: () => Buffer.from(`\0${username}\0${password}`),
    next: () => null,
  }
}
