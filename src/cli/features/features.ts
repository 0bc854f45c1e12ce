import {
  type ClusterFeatures,
  describeFeatures,
  type UpgradeType,
  updateFeatures,
} from '../../client/admin/features.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { type Command, commandTool } from '../command-tool.ts'
import { executionError, javaText, messageOf } from '../java/errors.ts'
import { left } from '../java/text.ts'
import { ArgumentError } from '../options/argparse-errors.ts'
import { type Shown, show } from '../output/show.ts'
import { isTold, ToolFailure } from '../tell.ts'
import { featuresDeclaration } from './declaration.ts'
import {
  type Levels,
  latestVersion,
  levelsOf,
  levelText,
  needsOf,
  parseLevel,
  terse,
  versionNamed,
  wantedLevels,
} from './levels.ts'

const describe: Command = async ({ options, ask, form }) => {
  const nodeId = options.integer('node-id')
  if (nodeId !== undefined && nodeId < 0) {
    throw terse(`Invalid node id ${nodeId}: must be non-negative.`)
  }
  return ask(async (cluster, machine) => {
    const found = await describeFeatures(cluster, { nodeId }).catch((error: unknown) => {
      throw error instanceof KafkaError ? executionError(error) : error
    })
    await show(shown(found), { form, machine })
  })
}

function shown({ features, epoch }: ClusterFeatures): Shown {
  const sorted = [...features].sort((a, b) => (a.name < b.name ? -1 : 1))
  const shownEpoch = epoch < 0n ? '-' : String(epoch)
  const rows = sorted.map(({ name, minVersion, maxVersion, level }) => [
    name,
    ...[minVersion, maxVersion, level].map((each) => levelText(name, each)),
  ])
  return {
    json: () => ({ epoch: epoch < 0n ? null : epoch, features: sorted }),
    plain: () =>
      rows
        .map(
          ([name, min, max, level]) =>
            `Feature: ${left(name, 40)}  SupportedMinVersion: ${left(min, 15)}  SupportedMaxVersion: ${left(max, 15)}  FinalizedVersionLevel: ${left(level, 15)}  Epoch: ${shownEpoch}\n`,
        )
        .join(''),
    table: () => ({
      head: ['FEATURE', 'MIN', 'MAX', 'LEVEL'],
      rows,
      aligns: ['left', 'right', 'right', 'right'],
    }),
  }
}

type Verb = 'upgrade' | 'downgrade' | 'disable'

const changing =
  (verb: Verb): Command =>
  async ({ options, ask, machine: { stdout } }) => {
    const levels =
      verb === 'disable'
        ? disabled(options.all('feature'))
        : wantedLevels(options, verb, (text) => stdout.write(text))
    if (verb !== 'disable') ensureAskable(levels, verb)
    const type = options.has('unsafe') ? 'unsafeDowngrade' : 'safeDowngrade'
    return ask((cluster, machine) => {
      const how = {
        type: verb === 'upgrade' ? 'upgrade' : (type satisfies UpgradeType),
        validateOnly: options.has('dry-run'),
      } as const
      return change(verb, updateFeatures(cluster, levels, how), { levels, ...how, machine })
    })
  }

/** What Kafka's client refuses to ask. */
function ensureAskable(levels: Levels, verb: Verb): void {
  if ([...levels.keys()].some((name) => name === '')) {
    throw terse('Provided feature can not be empty.')
  }
  for (const level of levels.values()) {
    if (level === 0 && verb === 'upgrade') {
      throw terse(
        `The upgradeType flag should be set to SAFE_DOWNGRADE or UNSAFE_DOWNGRADE when the provided maxVersionLevel:${level} is < 1.`,
      )
    }
    if (level < 0) throw terse('Cannot specify a negative version level.')
  }
}

function disabled(names: readonly string[]): Levels {
  if (names.length === 0) throw terse('You must specify at least one feature to disable')
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw terse(`Feature ${twice} was specified more than once.`)
  return new Map(names.map((name) => [name, 0] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function change(
  verb: Verb,
  answer: ReturnType<typeof updateFeatures>,
  {
    levels,
    validateOnly,
    machine: { stdout, stderr },
  }: {
    levels: Levels
    validateOnly: boolean
    machine: Parameters<Command>[0]['machine']
  },
): Promise<number> {
  const results = await answer
  const [could, was] = validateOnly ? ['Can not', 'can be'] : ['Could not', 'was']
  let failures = 0
  for (const [name, level] of levels) {
    const to = verb === 'disable' ? '' : ` to ${level}`
    const result = results.get(name)!
    if (result.ok) {
      stdout.write(`${name} ${was} ${verb}d${to}.\n`)
      continue
    }
    failures++
    stdout.write(`${could} ${verb} ${name}${to}. ${result.error.message}\n`)
  }
  if (failures === 0) return 0
  stderr.write(`${failures} out of ${levels.size} operation(s) failed.\n`)
  return 1
}

const versionMapping: Command = async ({ options, form, machine }) => {
  const asked = options.text('release-version')
  const version = asked === undefined ? latestVersion() : versionNamed(asked)
  const levels = [...levelsOf(version)]
  const note = (name: string) => (name === 'metadata.version' ? ` (${asked ?? version.name})` : '')
  await show(
    {
      json: () => Object.fromEntries(levels),
      plain: () => levels.map(([name, level]) => `${name}=${level}${note(name)}\n`).join(''),
      table: () => ({
        head: ['FEATURE', 'LEVEL'],
        rows: levels.map(([name, level]) => [name, levelText(name, level)]),
        aligns: ['left', 'right'],
      }),
    },
    { form, machine },
  )
}

const dependencies: Command = async ({ options, form, machine }) => {
  const found = options.all('feature').map((text) => {
    const wanted = parseLevel(text)
    return { ...wanted, needs: needsOf(wanted) }
  })
  const full = (name: string, level: number) =>
    name === 'metadata.version'
      ? `${name}=${level} (${levelText(name, level)})`
      : `${name}=${level}`
  await show(
    {
      json: () => found.map((each) => ({ ...each, needs: Object.fromEntries(each.needs) })),
      plain: () =>
        found
          .map(({ name, level, needs }) =>
            needs.length === 0
              ? `${full(name, level)} has no dependencies.\n`
              : `${full(name, level)} requires:\n${needs.map(([other, least]) => `    ${full(other, least)}\n`).join('')}`,
          )
          .join(''),
      table: () => ({
        head: ['FEATURE', 'LEVEL', 'NEEDS'],
        rows: found.map(({ name, level, needs }) => [
          name,
          String(level),
          needs.map(([other, least]) => full(other, least)).join(', ') || '-',
        ]),
        aligns: ['left', 'right', 'left'],
      }),
    },
    { form, machine },
  )
}

const helpHint = 'Type --help for help.'

// This tool tells in one line what is wrong, whatever it is; behind a fault of the command line no line ends.
function failure(error: unknown): unknown {
  if (error instanceof ArgumentError) {
    const isServer = /^one of the arguments --bootstrap-server/.test(error.fault)
    const fault = isServer
      ? 'You must specify either --bootstrap-controller or --bootstrap-server.'
      : error.fault
    const stderr = `Command line error: ${fault}. ${helpHint}`
    return new ToolFailure(fault, { stderr, hint: error.hint, cause: error })
  }
  if (isTold(error)) return error
  const isOfController = error instanceof KafkaError && error.error === 'MISMATCHED_ENDPOINT_TYPE'
  return terse((isOfController ? javaText(error) : messageOf(error)) ?? String(error))
}

export const featuresTool = commandTool(featuresDeclaration, {
  commands: {
    describe,
    upgrade: changing('upgrade'),
    downgrade: changing('downgrade'),
    disable: changing('disable'),
    'version-mapping': versionMapping,
    'feature-dependencies': dependencies,
  },
  asksNobody: ['version-mapping', 'feature-dependencies'],
  failure,
})
