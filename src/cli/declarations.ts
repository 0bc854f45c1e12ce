import type { ToolDeclaration } from './options/declare.ts'
import { toolNames } from './tools.ts'

/** What a tool takes, as data, without the tool itself. */
export async function declarationOf(name: string): Promise<ToolDeclaration> {
  const file: object = await import(`./${name}/declaration.ts`)
  const found = Object.values(file).find(isDeclaration)
  if (found === undefined) throw new Error(`${name} declares nothing`)
  return found
}

export function allDeclarations(): Promise<ToolDeclaration[]> {
  return Promise.all(toolNames.map(declarationOf))
}

function isDeclaration(value: unknown): value is ToolDeclaration {
  return typeof value === 'object' && value !== null && 'kafkaName' in value
}
