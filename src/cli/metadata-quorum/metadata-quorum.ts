import { describeCluster } from '../../client/admin/cluster.ts'
import { addRaftVoter, describeQuorum, removeRaftVoter } from '../../client/admin/quorum.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { type Command, commandTool } from '../command-tool.ts'
import { readProperties } from '../config/file.ts'
import { executionError, JavaError } from '../java/errors.ts'
import { parseUuid } from '../java/uuid.ts'
import { show } from '../output/show.ts'
import { isTold, traced } from '../tell.ts'
import { controllerOf } from './controller-file.ts'
import { metadataQuorumDeclaration } from './declaration.ts'
import { terse } from './terse.ts'
import { quorumStatus, replicaRows, shownReplicas, shownStatus } from './view.ts'

const describe: Command = async ({ options, ask, form }) => {
  const [status, replication] = [options.has('status'), options.has('replication')]
  const isReadable = options.has('human-readable')
  if (status && replication) {
    throw terse(
      'Only one of --status or --replication should be specified with describe sub-command',
    )
  }
  if (!status && !replication) {
    throw terse('One of --status or --replication must be specified with describe sub-command')
  }
  if (status && isReadable) {
    throw terse('The option --human-readable is only supported along with --replication')
  }
  await ask(async (cluster, machine) => {
    const quorum = await describeQuorum(cluster)
    if (replication) {
      const now = isReadable || form === 'table' ? machine.clock.now() : null
      return show(shownReplicas(replicaRows(quorum), { now }), { form, machine })
    }
    const { clusterId } = await describeCluster(cluster)
    await show(shownStatus(quorumStatus(quorum, clusterId)), { form, machine })
  })
}

const addController: Command = async ({ options, ask }) => {
  const file = options.text('command-config')
  if (file === undefined) {
    throw terse(
      'You must supply the configuration file of the controller you are adding when using add-controller.',
    )
  }
  const controller = controllerOf(readProperties(file))
  await ask(async (cluster, { stdout }) => {
    const isDry = options.has('dry-run')
    if (!isDry) await addRaftVoter(cluster, controller)
    const { id, directoryId, endpoints } = controller
    const places = endpoints.map(
      ({ name, host, port }) => `${name}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    )
    stdout.write(
      `${isDry ? 'DRY RUN of adding' : 'Added'} controller ${id} with directory id ${directoryId} and endpoints: ${places.join(', ')}\n`,
    )
  })
}

const removeController: Command = async ({ options, ask }) => {
  const id = options.integer('controller-id')!
  if (id < 0) throw terse(`Invalid negative --controller-id: ${id}`)
  const directoryId = directoryOf(options.text('controller-directory-id')!)
  await ask(async (cluster, { stdout }) => {
    const isDry = options.has('dry-run')
    if (!isDry) await removeRaftVoter(cluster, { id, directoryId })
    stdout.write(
      `${isDry ? 'DRY RUN of removing ' : 'Removed '} KRaft controller ${id} with directory id ${directoryId}\n`,
    )
  })
}

function directoryOf(text: string): string {
  try {
    return parseUuid(text)
  } catch (error) {
    if (!(error instanceof JavaError)) throw error
    throw terse(`Failed to parse --controller-directory-id: ${error.message}`)
  }
}

function failure(error: unknown): unknown {
  if (isTold(error)) return error
  if (error instanceof JavaError && error.exception === 'java.nio.file.NoSuchFileException') {
    return terse(`Properties file ${error.message} does not exists!`)
  }
  return traced(error instanceof KafkaError ? executionError(error) : error)
}

export const metadataQuorum = commandTool(metadataQuorumDeclaration, {
  commands: {
    describe,
    'add-controller': addController,
    'remove-controller': removeController,
  },
  failure,
})
