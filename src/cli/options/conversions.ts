import { isJavaInteger, isJavaLong } from '../java/numbers.ts'
import type { ArgumentDeclaration } from './declare.ts'

const javaFloat = /^[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?)$/

/** Why a text is no value of the type, in argparse4j's words; null for a good one. */
export function conversionFault(text: string, type: ArgumentDeclaration['type']): string | null {
  const isGood = {
    String: () => true,
    Integer: () => isJavaInteger(text),
    Long: () => isJavaLong(text),
    Double: () => javaFloat.test(text.trim()),
  }[type]()
  return isGood ? null : `could not convert '${text}' to ${type} (For input string: "${text}")`
}
