import { lookup } from 'node:dns/promises'

/** Whether the machine knows an address for this name, which may be an address itself. */
export async function resolves(name: string): Promise<boolean> {
  try {
    await lookup(name)
    return true
  } catch {
    return false
  }
}
