import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allDeclarations } from '../../../src/cli/declarations.ts'
import type { OptionDeclaration, ToolDeclaration } from '../../../src/cli/options/declare.ts'
import { helpText } from '../../../src/cli/options/help.ts'
import { sharedFolder } from '../../support/vectors.ts'

type Reference = {
  name: string
  argument: 'none' | 'optional' | 'required'
  type?: string
  argumentName?: string | null
  default?: string
  deprecated: boolean
  aliases?: string[]
}

type ToolReference = {
  parser: string
  options: Reference[]
  subcommands?: Record<string, { options: Reference[] }>
}

const reference = JSON.parse(
  readFileSync(join(sharedFolder, 'reference', 'cli-options.json'), 'utf8'),
) as Record<string, ToolReference>

const tools = await allDeclarations()

// The help of Kafka 4.3.1 leaves this one out of the reference although the tool takes it.
const unlisted = ['partition-size-limit-per-response']

// The reference has no tool whose options argparse4j reads by their place.
const isListed = ({ kafkaName }: ToolDeclaration) => reference[kafkaName] !== undefined

// Where a tool says no more than the names of its commands, its help was not asked for theirs.
const hasCommands = ({ commands, kafkaName }: ToolDeclaration) =>
  commands !== undefined && reference[kafkaName]?.subcommands !== undefined

describe.each(tools.filter(hasCommands))('$kafkaName', (tool) => {
  const subcommands = reference[tool.kafkaName]!.subcommands!

  test('has the commands of Kafka 4.3.1', () => {
    expect(tool.commands!.map(({ name }) => name)).toEqual(Object.keys(subcommands))
  })

  test.each(tool.commands!)('$name has the options that it has there', ({ name, options }) => {
    const wanted = subcommands[name]!.options.filter((each) => each.name !== '--help')
    const shapes = options.map(shape).map(untyped)
    expect(shapes.sort(byName)).toEqual(wanted.map(referenceShape).sort(byName))
  })
})

describe.each(tools.filter(isListed))('$kafkaName', (tool) => {
  const theirs = reference[tool.kafkaName]!.options

  test('has every option of Kafka 4.3.1, as Kafka declares it', () => {
    const ours = tool.options.filter((each) => !each.ours && !unlisted.includes(each.name))
    const shapes = ours.map(shape).sort(byName)
    const isArgparse = reference[tool.kafkaName]!.parser === 'argparse4j'
    const typed = isArgparse ? shapes.map(untyped) : shapes
    const left = [...unlisted, ...(isArgparse ? ['help'] : [])]
    const wanted = theirs.filter(({ name }) => !left.includes(name.slice(2)))
    expect(typed).toEqual(wanted.map(referenceShape).sort(byName))
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
  short: string | null
  name: string
  argument: string
  type: string | null
  argumentName: string | null
  default: string | null
  isDeprecated: boolean
}

function shape({ name, argument, deprecated, ...rest }: OptionDeclaration): Shape {
  return {
    short: rest.short ?? null,
    name,
    argument: argument === undefined ? 'none' : argument.optional ? 'optional' : 'required',
    type: argument?.type ?? null,
    argumentName: argument?.name ?? null,
    default: rest.default ?? null,
    isDeprecated: deprecated !== undefined,
  }
}

// What argparse4j converts a value to is not told in its help.
const untyped = (shape: Shape): Shape => ({ ...shape, type: null })

function referenceShape(option: Reference): Shape {
  return {
    short: option.aliases?.[0]?.slice(1) ?? null,
    name: option.name.slice(2),
    argument: option.argument,
    type: option.type === 'choice' ? 'String' : (option.type ?? null),
    argumentName: option.argumentName ?? null,
    // A name with a random number, which was another one when the help was read.
    default: option.default?.startsWith('perf-consumer-') ? null : (option.default ?? null),
    isDeprecated: option.deprecated,
  }
}

function byName(a: Shape, b: Shape): number {
  return a.name < b.name ? -1 : 1
}
