/** Numbers with a point as Java writes and reads them: Double.toString and Double.parseDouble. */

/** Java's Double.toString: at least one digit behind the point, and E where JavaScript still writes zeros. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = Object.is(value, -0) ? '-0' : String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const shortest = value.toExponential()
  // Where one digit would do, Java takes the best of two: 4.9E-324.
  const text = shortest.includes('.') ? shortest : value.toExponential(1)
  return text.replace(/e\+?/, 'E')
}

/** Java's Double.parseDouble, which takes a type behind the number, hexadecimal with a binary exponent, and blanks around. */
export function parseJavaDouble(text: string): number | undefined {
  const match = form.exec(text.replace(/^[\0- ]+|[\0- ]+$/g, ''))
  if (match === null) return undefined
  const [, sign, special, decimal, whole = '', fraction = '', exponent] = match
  if (special !== undefined) return signed(sign, Number(special))
  if (decimal !== undefined) return signed(sign, Number(decimal))
  if (whole === '' && fraction === '') return undefined
  return signed(
    sign,
    binary(BigInt(`0x${whole}${fraction}`), Number(exponent) - 4 * fraction.length),
  )
}

const form =
  /^([+-]?)(?:(NaN|Infinity)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?|0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)[fFdD]?)$/

const signed = (sign: string | undefined, value: number): number => (sign === '-' ? -value : value)

/** In two steps, for a power of two may be out of range where the product is not. */
function binary(digits: bigint, exponent: number): number {
  const power = Math.min(Math.max(exponent, -2000), 2000)
  const half = Math.trunc(power / 2)
  return Number(digits) * 2 ** half * 2 ** (power - half)
}
