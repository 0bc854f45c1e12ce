import { parseJavaDouble } from '../../base/java-double.ts'
import { isJavaInteger, isJavaLong } from '../java/numbers.ts'
import type { ArgumentDeclaration } from './declare.ts'

/** Why a text is no value of the type, in argparse4j's words; null for a good one. */
export function conversionFault(text: string, type: ArgumentDeclaration['type']): string | null {
  const isGood = {
    String: () => true,
    Integer: () => isJavaInteger(text),
    Long: () => isJavaLong(text),
    Double: () => parseJavaDouble(text) !== undefined,
  }[type]()
  if (isGood) return null
  const isEmpty = type === 'Double' && text.trim() === ''
  const why = isEmpty ? 'empty String' : `For input string: "${text}"`
  return `could not convert '${text}' to ${type} (${why})`
}
