import { javaSplit } from '../java/text.ts'
import type { Options } from './options.ts'

/**
 * A command line that does not make sense. Kafka's tools answer all of these alike: the message and the help on stderr,
 * exit code 1.
 */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly withHelp: boolean

  constructor(
    message: string,
    { withHelp = true, cause }: { withHelp?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.withHelp = withHelp
  }
}

/** Names in the order in which the tool asks for them: the first that is missing is told. */
export function requireOptions(options: Options, ...names: readonly string[]): void {
  for (const name of names) {
    if (!options.has(name)) throw new UsageError(`Missing required argument "[${name}]"`)
  }
}

export function refuseTogether(options: Options, used: string, refused: readonly string[]): void {
  if (!options.has(used)) return
  for (const name of refused) {
    if (options.has(name)) {
      throw new UsageError(`Option "[${used}]" can't be used with option "[${name}]"`)
    }
  }
}

export function requireExactlyOne(options: Options, names: readonly string[]): void {
  if (names.filter((name) => options.has(name)).length === 1) return
  throw new UsageError(
    `Exactly one of the following arguments is required: ${names.map((name) => `[${name}]`).join(', ')}`,
  )
}

// Either of these is what Kafka's tool takes for an address; ours takes the path of a socket as well.
const address = /^(?:([\w\-%.]*:\/\/)?\[?[\w\-%.:]*\]?:[0-9]+|\.{0,2}\/.*)$/

/** Some of Kafka's tools look at the addresses before anything is made of them. */
export function ensureAddresses(text: string): void {
  if (text.trim() === '') throw new UsageError('Error while validating the bootstrap address\n')
  const addresses = javaSplit(text, ',')
  if (addresses.length === 0 || !addresses.every((each) => address.test(each))) {
    throw new UsageError('Please provide valid host:port like host1:9091,host2:9092\n')
  }
}
