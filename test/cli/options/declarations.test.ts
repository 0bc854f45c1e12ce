import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OptionDeclaration, ToolDeclaration } from '../../../src/cli/options/declare.ts'
import { helpText } from '../../../src/cli/options/help.ts'
import { toolNames } from '../../../src/cli/tools.ts'
import { sharedFolder } from '../../support/vectors.ts'

type Reference = {
  name: string
  argument: 'none' | 'optional' | 'required'
  type?: string
  argumentName?: string | null
  default?: string
  deprecated: boolean
}

const reference = JSON.parse(
  readFileSync(join(sharedFolder, 'reference', 'cli-options.json'), 'utf8'),
) as Record<string, { options: Reference[] }>

const tools = await Promise.all(toolNames.map(declarationOf))

async function declarationOf(name: string): Promise<ToolDeclaration> {
  const file = await import(`../../../src/cli/${name}/declaration.ts`)
  const isTool = (value: unknown) => typeof value === 'object' && 'kafkaName' in value!
  return Object.values(file).find(isTool) as ToolDeclaration
}

// The help of Kafka 4.3.1 leaves this one out of the reference although the tool takes it.
const unlisted = ['partition-size-limit-per-response']

describe.each(tools)('$kafkaName', (tool) => {
  const theirs = reference[tool.kafkaName]!.options

  test('has every option of Kafka 4.3.1, as Kafka declares it', () => {
    const ours = tool.options.filter((each) => !each.ours && !unlisted.includes(each.name))
    const shapes = ours.map(shape).sort(byName)
    const wanted = theirs.filter(({ name }) => !unlisted.includes(name.slice(2)))
    expect(shapes).toEqual(wanted.map(referenceShape).sort(byName))
  })

  test('shadows none of them with an option of its own', () => {
    const names = theirs.map(({ name }) => name.slice(2))
    expect(tool.options.filter((each) => each.ours && names.includes(each.name))).toEqual([])
  })

  test('has a help that fits 80 columns and names every option', () => {
    const help = helpText(tool)
    const tooWide = help.split('\n').filter((line) => line.length > 80 && !line.startsWith('  '))
    expect(tooWide).toEqual([])
    for (const { name } of tool.options) expect(help).toContain(`--${name}`)
  })
})

type Shape = {
  name: string
  argument: string
  type: string | null
  argumentName: string | null
  default: string | null
  isDeprecated: boolean
}

function shape({ name, argument, deprecated, ...rest }: OptionDeclaration): Shape {
  return {
    name,
    argument: argument === undefined ? 'none' : argument.optional ? 'optional' : 'required',
    type: argument?.type ?? null,
    argumentName: argument?.name ?? null,
    default: rest.default ?? null,
    isDeprecated: deprecated !== undefined,
  }
}

function referenceShape(option: Reference): Shape {
  return {
    name: option.name.slice(2),
    argument: option.argument,
    type: option.type ?? null,
    argumentName: option.argumentName ?? null,
    default: option.default ?? null,
    isDeprecated: option.deprecated,
  }
}

function byName(a: Shape, b: Shape): number {
  return a.name < b.name ? -1 : 1
}
