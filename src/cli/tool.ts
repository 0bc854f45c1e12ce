import type { Machine } from './machine.ts'
import type { ToolDeclaration } from './options/declare.ts'

/** A command: what it takes, as data, and what it does. It answers with the exit code, or throws what `tell` tells. */
export interface Tool {
  readonly declaration: ToolDeclaration
  run(machine: Machine): Promise<number>
}
