import { illegalArgument } from '../../java/errors.ts'

const word = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"=;]+))/y

/**
 * User and password out of `sasl.jaas.config`, which is an entry of Java's login configuration:
 *
 *   org.apache.kafka.common.security.plain.PlainLoginModule required username="alice" password="secret";
 */
export function parseJaas(text: string): { username: string; password: string } {
  const options = optionsOf(text)
  const value = (name: string): string => {
    const found = options.get(name)
    if (found === undefined) throw illegalArgument(`sasl.jaas.config holds no ${name}`)
    return found
  }
  return { username: value('username'), password: value('password') }
}

function optionsOf(text: string): Map<string, string> {
  const end = text.trimEnd()
  if (!end.endsWith(';')) {
    throw illegalArgument('JAAS config entry not terminated by semi-colon')
  }
  const scanner = { text: end.slice(0, -1), at: 0 }
  const [module, flag] = [next(scanner), next(scanner)]
  if (module === null || flag === null) {
    throw illegalArgument('sasl.jaas.config begins with a login module and a control flag')
  }
  const options = new Map<string, string>()
  for (let name = next(scanner); name !== null; name = next(scanner)) {
    if (scanner.text[scanner.at] !== '=') {
      throw illegalArgument(`Option '${name}' of sasl.jaas.config has no value`)
    }
    scanner.at++
    const value = next(scanner)
    if (value === null) throw illegalArgument(`Option '${name}' of sasl.jaas.config has no value`)
    options.set(name, value)
  }
  return options
}

/** The next word, quoted or not, or null at the end. */
function next(scanner: { text: string; at: number }): string | null {
  word.lastIndex = scanner.at
  const match = word.exec(scanner.text)
  if (match === null) {
    if (scanner.text.slice(scanner.at).trim() === '') return null
    throw illegalArgument('sasl.jaas.config cannot be read: a quotation mark is missing')
  }
  scanner.at = word.lastIndex
  return match[1] === undefined ? match[2]! : match[1].replace(/\\(.)/g, '$1')
}
