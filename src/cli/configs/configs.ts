import type { Cluster } from '../../client/cluster.ts'
import { withCluster } from '../admin.ts'
import { exceptionOf, illegalArgument, messageOf } from '../java/errors.ts'
import type { Machine } from '../machine.ts'
import { refuseTogether, UsageError } from '../options/checks.ts'
import { isVersionAlone } from '../options/early.ts'
import type { Options } from '../options/options.ts'
import { parse } from '../options/parse.ts'
import { chosenForm } from '../output/form.ts'
import { exceptionText } from '../output/log.ts'
import { show } from '../output/show.ts'
import { findServer } from '../server.ts'
import { isTold, ToolFailure } from '../tell.ts'
import type { Tool } from '../tool.ts'
import { changesOf } from './changes.ts'
import { configsDeclaration } from './declaration.ts'
import { type Entities, entitiesOf, one } from './entities.ts'
import { alterQuotas, credentialsOf, quotasOf } from './quotas.ts'
import {
  alterResource,
  type ConfiguredType,
  configsOf,
  ensureTopicName,
  isConfigured,
  namesOf,
} from './resources.ts'
import { type EntityConfigs, headline, plainEntry, shownConfigs, shownQuotas } from './show.ts'

export const configs: Tool = { declaration: configsDeclaration, run }

async function run(machine: Machine): Promise<number> {
  try {
    const options = parse(machine.argv, configsDeclaration.options)
    if (isVersionAlone(options, configsDeclaration, machine)) return 0
    const action = onlyAction(options)
    const server = await findServer(options, machine)
    const needsServer = server.kind === 'none'
    const entities = await entitiesOf(options, { needsServer })
    const { name: tool } = configsDeclaration
    return await withCluster(options, { tool, server, machine }, async (cluster, quiet) => {
      await (action === 'alter' ? alter : describe)({ options, entities, cluster, machine: quiet })
      return 0
    })
  } catch (error) {
    throw isTold(error) ? error : told(error, machine)
  }
}

function onlyAction(options: Options): 'alter' | 'describe' {
  if (options.has('alter') === options.has('describe')) {
    throw new UsageError('Command must include exactly one action: --describe, --alter')
  }
  refuseTogether(options, 'describe', ['add-config', 'delete-config'])
  return options.has('alter') ? 'alter' : 'describe'
}

// The name of a topic that cannot be is one of these; what a broker says of it comes as another exception's cause.
const blamed =
  /^java\.lang\.IllegalArgumentException$|^joptsimple\.|\.InvalidTopicException$|\.InvalidConfigurationException$/

// What the command line is to blame for is told in one line; anything else with the command line that it happened to.
function told(error: unknown, { argv }: Machine): ToolFailure {
  const message = messageOf(error) ?? 'null'
  const isArgument = blamed.test(exceptionOf(error))
  const stderr = isArgument
    ? `${message}\n`
    : `Error while executing config command with args '${argv.join(' ')}'\n${exceptionText(error)}`
  return new ToolFailure(message, { stderr, cause: error })
}

type Run = { options: Options; entities: Entities; cluster: Cluster; machine: Machine }

async function alter({ options, entities, cluster, machine: { stdout } }: Run): Promise<void> {
  if (entities.types.length !== entities.names.length) {
    throw illegalArgument('An entity name must be specified for every entity type')
  }
  const [type, name] = [entities.types[0]!, entities.names[0]!]
  const changes = changesOf(options)
  if (isConfigured(type)) await alterResource(cluster, { type, name, changes })
  else await alterQuotas(cluster, { entities, changes })
  stdout.write(
    name === ''
      ? `Completed updating default config for ${type} in the cluster.\n`
      : `Completed updating config for ${one(type)} ${name}.\n`,
  )
}

async function describe({ options, entities, cluster, machine }: Run): Promise<void> {
  const form = chosenForm(options, machine)
  const type = entities.types[0]!
  if (!isConfigured(type)) {
    const quotas = await quotasOf(cluster, entities)
    const credentials = type === 'ips' ? [] : await credentialsOf(cluster, entities)
    return show(shownQuotas(quotas, credentials), { form, machine })
  }
  const all = options.has('all')
  const names = await existing(cluster, { type, name: entities.names[0], all })
  if (names === null) {
    const missing = `The ${one(type)} '${entities.names[0]}' doesn't exist and doesn't have dynamic config.\n`
    ;(form === 'plain' ? machine.stdout : machine.stderr).write(missing)
    if (form !== 'json') return
  }
  const found: EntityConfigs[] = []
  for (const name of names ?? []) {
    // What is asked for may fail: Kafka's tool has told by then whose configurations were to come.
    if (form === 'plain') machine.stdout.write(headline({ type, name }, all))
    const entries = await configsOf(cluster, { type, name, all })
    if (form === 'plain') machine.stdout.write(entries.map(plainEntry).join(''))
    else found.push({ type, name, entries })
  }
  if (form !== 'plain') await show(shownConfigs(found), { form, machine })
}

/** The names to describe; null where the one that was asked for is not there, which --all does not look at. */
async function existing(
  cluster: Cluster,
  { type, name, all }: { type: ConfiguredType; name: string | undefined; all: boolean },
): Promise<readonly string[] | null> {
  if (name !== undefined && all) return [name]
  if (name !== undefined && type === 'topics') ensureTopicName(name)
  const names = await namesOf(cluster, type, name)
  if (name === undefined) return names
  return names.includes(name) ? [name] : null
}
