import { JavaError } from '../java/errors.ts'
import { isJavaInteger, isJavaLong } from '../java/numbers.ts'
import type { Declarations, OptionDeclaration } from './declare.ts'

export type Occurrence = { readonly name: string; readonly value?: string }

/** What was given on a command line; every reading method throws what Kafka's parser throws when it reads the value. */
export class Options {
  readonly #given: ReadonlyMap<string, readonly string[]>
  readonly #declarations: Map<string, OptionDeclaration>
  readonly #order: readonly Occurrence[]

  constructor(
    given: ReadonlyMap<string, readonly string[]>,
    declarations: Declarations,
    order: readonly Occurrence[] = [],
  ) {
    this.#given = given
    this.#order = order
    this.#declarations = new Map(declarations.map((each) => [each.name, each]))
  }

  /** Was it on the command line, with a value or without? */
  has(name: string): boolean {
    return this.#given.has(name)
  }

  /** No word at all stood on the command line that is an option. */
  get isEmpty(): boolean {
    return this.#given.size === 0
  }

  /** All its values, in their order; without default. */
  all(name: string): readonly string[] {
    return this.#given.get(name) ?? []
  }

  /** The occurrences of these options as they stand on the command line. */
  inOrder(...names: readonly string[]): readonly Occurrence[] {
    return this.#order.filter(({ name }) => names.includes(name))
  }

  /** The one value, or the default; undefined where there is neither. */
  text(name: string): string | undefined {
    const values = this.all(name)
    if (values.length > 1) {
      throw new JavaError(
        'joptsimple.MultipleArgumentsForOptionException',
        `Found multiple arguments for option ${name}, but you asked for only one`,
      )
    }
    return values[0] ?? this.#declarations.get(name)?.default
  }

  integer(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!isJavaInteger(text)) throw unparsable(name, text)
    return Number(text)
  }

  long(name: string): bigint | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!isJavaLong(text)) throw unparsable(name, text)
    return BigInt(text.replace('+', ''))
  }
}

function unparsable(name: string, text: string): JavaError {
  return new JavaError(
    'joptsimple.OptionArgumentConversionException',
    `Cannot parse argument '${text}' of option ${name}`,
  )
}
