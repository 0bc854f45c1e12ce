import {
  type Configs,
  type ConfigValue,
  parseConfig,
  type ValueOfConfig,
} from '../../protocol/configs.ts'
import { configError } from '../java/errors.ts'

/**
 * The settings of a client, as properties name them: known ones are read and validated when this is made, in Kafka's words;
 * unknown ones are left alone, as Kafka's clients do.
 */
export class ClientConfigs<C extends Configs> {
  readonly properties: ReadonlyMap<string, string>
  readonly #table: C
  readonly #values = new Map<string, ConfigValue>()

  constructor(table: C, properties: ReadonlyMap<string, string>) {
    this.#table = table
    this.properties = properties
    for (const config of Object.values(table)) {
      const text = properties.get(config.name)
      if (text === undefined) continue
      const parsed = parseConfig<ConfigValue>(config, text)
      if (!parsed.ok) throw configError(parsed.message)
      this.#values.set(config.name, parsed.value)
    }
  }

  /** What was given, or the default. */
  get<N extends keyof C & string>(name: N): ValueOfConfig<C[N]> {
    const given = this.#values.get(name)
    return (given === undefined ? this.#table[name]!.default : given) as ValueOfConfig<C[N]>
  }

  has(name: keyof C & string): boolean {
    return this.#values.has(name)
  }

  /** Names that no client knows: worth a warning, for they are mostly typing errors. */
  unknown(): string[] {
    return [...this.properties.keys()].filter((name) => !Object.hasOwn(this.#table, name))
  }
}
