/**
 * Where a local cluster lives. One folder holds all that must last; sockets and process ids stand in folders of mode 0700
 * that may be elsewhere, because the path of a unix socket is short, and because the XDG rules want it so.
 *
 *   <root>/broker-1.properties     what the broker is told, in Kafka's own words; made once, then yours
 *   <root>/data/1/                 its log directory
 *   <root>/logs/broker-1.log       what it tells of itself
 *   <root>/history/1.jsonl         the timeline of the groups that it coordinated
 *   <run>/1.json, 1.quorum         who it is while it runs, and where its peers reach it
 *   <run>/1.supervisor             who starts it again when it crashes, if somebody asked for that
 *   <sockets>/1.sock               where clients reach it; its card tells the path
 */
import { createHash } from 'node:crypto'
import { homedir, tmpdir, userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface Home {
  readonly root: string
  /** The same in every session: whoever looks for a broker of this home finds its card here. */
  readonly run: string
  readonly sockets: string
}

export interface Environment {
  readonly [name: string]: string | undefined
}

// sun_path of Linux holds 108 bytes with the final zero, that of macOS 104.
const socketPathBytesMax = 103
const longestSocketName = '/9999.quorum'

/** `--home`, else JACKDAW_HOME, else the user's data folder after the XDG base directory specification. */
export function findHome(given: string | undefined, env: Environment): Home {
  const named = given ?? blankIsNone(env.JACKDAW_HOME)
  const root = named === undefined ? join(dataHome(env), 'jackdaw') : resolve(named)
  const run = fits(join(root, 'run')) ? join(root, 'run') : shortFolder(root)
  const runtime = blankIsNone(env.XDG_RUNTIME_DIR)
  // The session's folder has room for one cluster: the one that is meant when nobody names any.
  const sockets =
    root === usualRoot() && runtime !== undefined && isAbsolute(runtime)
      ? join(runtime, 'jackdaw')
      : run
  return { root, run, sockets: fits(sockets) ? sockets : run }
}

export const socketPath = (home: Home, id: number): string => join(home.sockets, `${id}.sock`)
/** Of the quorum's own listener; {id} stands for the id of a node. */
export const quorumSocketPattern = (home: Home): string => join(home.run, '{id}.quorum')
export const cardPath = (home: Home, id: number): string => join(home.run, `${id}.json`)
export const supervisorPath = (home: Home, id: number): string => join(home.run, `${id}.supervisor`)
export const propertiesPath = (home: Home, id: number): string =>
  join(home.root, `broker-${id}.properties`)
export const dataPath = (home: Home, id: number): string => join(home.root, 'data', String(id))
export const logPath = (home: Home, id: number): string =>
  join(home.root, 'logs', `broker-${id}.log`)
/** Outside of the data, which is Kafka's. */
export const historyPath = (home: Home, id: number): string =>
  join(home.root, 'history', `${id}.jsonl`)

const fits = (folder: string): boolean =>
  Buffer.byteLength(folder + longestSocketName) <= socketPathBytesMax

/** Every process finds the same folder for the same home, and no two homes share one. */
function shortFolder(root: string): string {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  return join(tmpdir(), `jackdaw-${userInfo().uid}-${name}`)
}

/** By the user's entry, whatever the environment says: two environments must not share the session's folder. */
const usualRoot = (): string => join(userInfo().homedir, '.local', 'share', 'jackdaw')

function dataHome(env: Environment): string {
  const given = blankIsNone(env.XDG_DATA_HOME)
  return given !== undefined && isAbsolute(given) ? given : join(homedir(), '.local', 'share')
}

const blankIsNone = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text
