/** What the configuration of a controller tells of it, for the quorum that is to take it in. */
import { join } from 'node:path'
import type { Endpoint, Voter } from '../../client/admin/quorum.ts'
import { readProperties } from '../config/file.ts'
import { terse } from './terse.ts'

type Properties = ReadonlyMap<string, string>

const question = 'Is this a valid controller configuration file?'

export function controllerOf(properties: Properties): Voter & { endpoints: Endpoint[] } {
  const id = controllerId(properties)
  const directoryId = directoryIdIn(metadataDirectory(properties))
  return { id, directoryId, endpoints: endpointsOf(properties) }
}

function controllerId(properties: Properties): number {
  const text = properties.get('node.id')
  if (text === undefined) throw terse(`node.id not found in configuration file. ${question}`)
  const id = Number(text)
  if (id < 0) throw terse(`node.id was negative in configuration file. ${question}`)
  if (!(properties.get('process.roles') ?? '').includes('controller')) {
    throw terse(`process.roles did not contain 'controller' in configuration file. ${question}`)
  }
  return id
}

function metadataDirectory(properties: Properties): string {
  const own = properties.get('metadata.log.dir')
  if (own !== undefined) return own
  const logs = properties.get('log.dirs') ?? properties.get('log.dir')
  const first = logs?.split(',')[0]?.trim()
  if (first !== undefined && first !== '') return first
  throw terse(`Neither metadata.log.dir nor log.dirs were found. ${question}`)
}

function directoryIdIn(directory: string): string {
  const found = metaProperties(directory).get('directory.id')
  if (found === undefined) throw terse(`No directory id found in ${directory}`)
  return found
}

function metaProperties(directory: string): Properties {
  try {
    return readProperties(join(directory, 'meta.properties'))
  } catch {
    throw terse(`Unable to read meta.properties from ${directory}`)
  }
}

function endpointsOf(properties: Properties): Endpoint[] {
  const listeners = new Map(
    items(properties.get('advertised.listeners') ?? properties.get('listeners')).map((text) => {
      const [, name = '', host = '', port = ''] = /^(.*):\/\/\[?([^\]]*)\]?:(\d+)$/.exec(text) ?? []
      return [name, { name, host: host === '' ? 'localhost' : host, port: Number(port) }]
    }),
  )
  return items(properties.get('controller.listener.names')).map((name) => {
    const found = listeners.get(name)
    if (found !== undefined) return found
    throw terse(`Cannot find information about controller listener name: ${name}`)
  })
}

const items = (text = '') =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
