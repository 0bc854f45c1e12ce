import type { Declarations, OptionDeclaration } from './declare.ts'

export const versionOption = {
  name: 'version',
  description: 'Show the version of Kafka whose tools these are.',
} as const satisfies OptionDeclaration

/** Every tool has them; in Kafka's tools too. */
export const helpAndVersion = [
  { name: 'help', description: 'Show this help.' },
  versionOption,
] as const satisfies Declarations

/** Where the cluster is; `shown` is Kafka's name for the argument, which is another one in almost every tool. */
export function bootstrapOption(shown: string) {
  return [
    {
      name: 'bootstrap-server',
      description: 'Addresses of brokers, host:port or the path of a unix socket, by comma.',
      argument: { type: 'String', name: shown },
    },
  ] as const satisfies Declarations
}

/** Where the controllers are, for what can be asked of them as well. */
export function bootstrapControllerOption(shown: string) {
  return [
    {
      name: 'bootstrap-controller',
      description: 'Addresses of controllers, instead of brokers.',
      argument: { type: 'String', name: shown },
    },
  ] as const satisfies Declarations
}

export function commandConfigOption(shown: string, client = 'admin client') {
  return [
    {
      name: 'command-config',
      description: `File with settings of the ${client}.`,
      argument: { type: 'String', name: shown, completes: 'file' },
    },
  ] as const satisfies Declarations
}

/** Jackdaw's own, in every tool: where the cluster is when no address is given, and manners. */
export const ownOptions = [
  {
    name: 'home',
    description:
      'Folder of the local cluster to talk to when --bootstrap-server is left out (also: JACKDAW_HOME).',
    argument: { type: 'String', name: 'folder', completes: 'file' },
    ours: true,
  },
  {
    name: 'no-start',
    description: 'Do not start the local cluster when it does not run (also: JACKDAW_NO_START=1).',
    ours: true,
  },
  {
    name: 'debug',
    description: 'Show the stack of an error.',
    ours: true,
  },
] as const satisfies Declarations

export const outputOption = [
  {
    name: 'output',
    description: 'How data is printed: table, plain (Kafka’s own text) or json.',
    argument: { type: 'String', name: 'form', oneOf: ['table', 'plain', 'json'] },
    ours: true,
  },
] as const satisfies Declarations

/** The release of Apache Kafka whose tools these equal. */
export const kafkaVersion = '4.3.1'
/** What some of Kafka's tools add to it. */
export const kafkaCommit = '26b251a451ce941d'
