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

  /** The names of all that stands on the command line, in its order. */
  get given(): readonly string[] {
    return this.#order.map(({ name }) => name)
  }

  /** The occurrences of these options as they stand on the command line. */
  inOrder(...names: readonly string[]): readonly Occurrence[] {
    return this.#order.filter(({ name }) => names.includes(name))
  }

  /** The one value, or the default; undefined where there is neither. */
  text(name: string): string | undefined {
    return this.#one(name, this.#texts(name))
  }

  integer(name: string): number | undefined {
    return this.#one(name, this.#converted(name, isJavaInteger, Number))
  }

  long(name: string): bigint | undefined {
    return this.#one(name, this.longs(name))
  }

  /** All its values in their order, or the default. */
  longs(name: string): bigint[] {
    return this.#converted(name, isJavaLong, (text) => BigInt(text.replace('+', '')))
  }

  #texts(name: string): readonly string[] {
    const given = this.all(name)
    const preset = this.#declarations.get(name)?.default
    return given.length > 0 || preset === undefined ? given : [preset]
  }

  /** Kafka's parser converts all of them, also where it then refuses that there are several. */
  #converted<T>(name: string, isRight: (text: string) => boolean, convert: (text: string) => T) {
    return this.#texts(name).map((text) => {
      if (isRight(text)) return convert(text)
      throw new JavaError(
        'joptsimple.OptionArgumentConversionException',
        `Cannot parse argument '${text}' of option ${name}`,
      )
    })
  }

  #one<T>(name: string, values: readonly T[]): T | undefined {
    if (values.length > 1) {
      throw new JavaError(
        'joptsimple.MultipleArgumentsForOptionException',
        `Found multiple arguments for option ${name}, but you asked for only one`,
      )
    }
    return values[0]
  }
}
