/** What Java's Integer.valueOf takes: a sign, then digits, within 32 bits. */
export function isJavaInteger(text: string): boolean {
  return digits.test(text) && BigInt.asIntN(32, whole(text)) === whole(text)
}

export function isJavaLong(text: string): boolean {
  return digits.test(text) && BigInt.asIntN(64, whole(text)) === whole(text)
}

const digits = /^[+-]?[0-9]+$/

function whole(text: string): bigint {
  return BigInt(text.replace('+', ''))
}
