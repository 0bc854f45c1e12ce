import { expect, test } from 'vitest'
import { parseJaas } from '../../../src/cli/config/security/jaas.ts'

const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'

test.each([
  [`${module} required username="alice" password="secret";`, 'alice', 'secret'],
  [`${module} required password=secret username=alice;`, 'alice', 'secret'],
  [`  ${module}\n required\n username="a b"\n password="q\\"x\\\\;" ; `, 'a b', 'q"x\\;'],
  [`${module} required username="alice" password="" tokenauth=true;`, 'alice', ''],
])('%s', (text, username, password) => {
  expect(parseJaas(text)).toEqual({ username, password })
})

test.each([
  ['', 'JAAS config entry not terminated by semi-colon'],
  [`${module} required username="a" password="b"`, 'not terminated by semi-colon'],
  [`${module};`, 'begins with a login module and a control flag'],
  [`${module} required username="a";`, 'holds no password'],
  [`${module} required username;`, "Option 'username' of sasl.jaas.config has no value"],
  [`${module} required username="a password=b;`, 'a quotation mark is missing'],
])('%j is refused: %s', (text, why) => {
  expect(() => parseJaas(text)).toThrow(why)
})
