import { exceptionOf, JavaError } from '../java/errors.ts'
import { fault } from '../options/argparse.ts'
import type { ToolDeclaration } from '../options/declare.ts'
import { readProperties } from './file.ts'

/** Where Kafka's tool takes a file that cannot be read for a wrong argument; what stands in it is nobody's argument. */
export function readArgumentFile(file: string, tool: ToolDeclaration): Map<string, string> {
  try {
    return readProperties(file)
  } catch (error) {
    const isOfContent = exceptionOf(error) === 'java.lang.IllegalArgumentException'
    throw error instanceof JavaError && !isOfContent ? fault(tool, error.message) : error
  }
}
