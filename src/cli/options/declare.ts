/**
 * The words in which a tool declares its options, once, as data: the parser, the checks, `--help`, shell completion and the
 * pages in docs/tools come from it. Names, types and defaults are those of Apache Kafka 4.3; descriptions are ours.
 */
export type OptionDeclaration = {
  /** Without dashes. */
  readonly name: string
  readonly description: string
  /** One letter, which takes one dash; tools with commands alone have them. */
  readonly short?: string
  /** What stands behind the option; absent for a flag. */
  readonly argument?: ArgumentDeclaration
  readonly default?: string
  /** The option cannot be left out, whatever the action. */
  readonly required?: true
  /** The name to use instead, or true where there is none. */
  readonly deprecated?: string | true
  /** One of these must be given too; Kafka's parser refuses the option otherwise. */
  readonly availableIf?: readonly string[]
  /** Jackdaw's own; Apache Kafka's tool does not know it. */
  readonly ours?: true
}

export type ArgumentDeclaration = {
  readonly type: 'String' | 'Integer' | 'Long' | 'Double'
  /** Kafka's name for it; absent where Kafka shows the type alone. */
  readonly name?: string
  /** `--state` may stand alone. */
  readonly optional?: true
  /** All words up to the next option belong to it. */
  readonly many?: true
  /** Where argparse4j reads: it may be repeated, and each one counts. */
  readonly collects?: true
  /** What may be completed here. */
  readonly completes?: 'topic' | 'group' | 'file'
  readonly oneOf?: readonly string[]
}

export type Declarations = readonly OptionDeclaration[]
export type NameOf<D extends Declarations> = D[number]['name']

export type ToolDeclaration = {
  /** As in bin/. */
  readonly name: string
  /** Of Apache Kafka's script. */
  readonly kafkaName: string
  /** What it calls itself in messages; kafkaName where it is absent. */
  readonly program?: string
  /** One sentence, which stands above the help when no argument is given. */
  readonly summary: string
  /** What stands above it when help was asked for; the summary where it is absent. */
  readonly helpSummary?: string
  readonly options: Declarations
  /** Of a tool whose command line is read as by argparse4j: what the first word that is no option may be. */
  readonly commands?: readonly CommandDeclaration[]
  readonly alternatives?: readonly Alternatives[]
  readonly examples: readonly Example[]
}

export type CommandDeclaration = {
  readonly name: string
  readonly summary: string
  readonly options: Declarations
  readonly alternatives?: readonly Alternatives[]
}

/** Options of which one may be given, or must be. */
export type Alternatives = { readonly names: readonly string[]; readonly required: boolean }

export type Example = { readonly does: string; readonly command: string }
