/** Ends the process when what we believed of our own code is false; never for input (house, rule 10). */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** Our own mistake. No layer catches it: a broker that no longer knows what is true must not go on. */
export class AssertionFailure extends Error {
  override name = 'AssertionFailure'
}

/** For the end of a switch over a union: the compiler proves that nothing arrives here. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`)
}
