import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/** The folder of facts beside the project: `JACKDAW_SHARED`, else `../shared`. */
export const sharedFolder = process.env.JACKDAW_SHARED ?? join(projectRoot, '..', 'shared')

/** What Apache Kafka's own classes computed: `JACKDAW_VECTORS`, else the folder `vectors` in the shared one. */
export const vectorsFolder = process.env.JACKDAW_VECTORS ?? join(sharedFolder, 'vectors')

/** Every line of a `.jsonl` file of the vectors; `name` is relative to their folder, without `.gz`. */
export function vectorLines<T>(name: string): T[] {
  const lines = vectorText(name).split('\n').filter(Boolean)
  if (lines.length === 0) throw new Error(`${name} in ${vectorsFolder} holds no vectors`)
  return lines.map((line) => JSON.parse(line) as T)
}

/** A `.json` file of the vectors as one value. */
export function vectorJson<T>(name: string): T {
  return JSON.parse(vectorText(name)) as T
}

/** The files of a folder of the vectors (`messages`, `records`), without `.gz`; they are what `vectorLines` takes. */
export function vectorFiles(folder: string): string[] {
  const path = join(vectorsFolder, folder)
  if (!existsSync(path)) throw missing(path)
  const names = readdirSync(path).filter((name) => /\.jsonl?(\.gz)?$/.test(name))
  if (names.length === 0) throw missing(join(path, '*.jsonl'))
  return [...new Set(names.map((name) => join(folder, name.replace(/\.gz$/, ''))))].sort()
}

/** A fact table of the shared folder, as `protocol/errors.json`. */
export function referenceJson<T>(name: string): T {
  const path = join(sharedFolder, 'reference', name)
  if (!existsSync(path)) throw missing(path)
  return JSON.parse(readFileSync(path, 'utf8')) as T
}

function vectorText(name: string): string {
  const path = join(vectorsFolder, name)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  if (existsSync(`${path}.gz`)) return gunzipSync(readFileSync(`${path}.gz`)).toString('utf8')
  throw missing(path)
}

// A suite that passes because its vectors are absent proves nothing: absence is a failure.
function missing(path: string): Error {
  return new Error(
    `${path} is not there (nor with .gz). The tests compare with what Apache Kafka computed: ` +
      'lay the shared folder beside the project, or name it in JACKDAW_SHARED or JACKDAW_VECTORS.',
  )
}
