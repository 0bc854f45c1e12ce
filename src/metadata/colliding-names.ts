/** Topic names that become the same when '.' counts as '_', found without a walk over all topics. */
import { collisionKey, hasCollisionCharacters } from '../protocol/names.ts'

export class CollidingNames {
  readonly #byKey = new Map<string, Set<string>>()

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name)
  }

  add(name: string): void {
    if (!hasCollisionCharacters(name)) return
    const key = collisionKey(name)
    const known = this.#byKey.get(key)
    if (known === undefined) this.#byKey.set(key, new Set([name]))
    else known.add(name)
  }

  remove(name: string): void {
    const key = collisionKey(name)
    const known = this.#byKey.get(key)
    if (known?.delete(name) === true && known.size === 0) this.#byKey.delete(key)
  }

  /** Another name that this one collides with; the first in the alphabet. */
  with(name: string): string | undefined {
    if (!hasCollisionCharacters(name)) return undefined
    const others = [...(this.#byKey.get(collisionKey(name)) ?? [])].filter((each) => each !== name)
    return others.sort()[0]
  }
}
