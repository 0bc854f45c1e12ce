/** The pages of docs/tools/, one for each tool, out of what it declares. */
import { allDeclarations } from '../src/cli/declarations.ts'
import type { OptionDeclaration, ToolDeclaration } from '../src/cli/options/declare.ts'
import { synopsis } from '../src/cli/options/help.ts'
import { generated, table } from './markdown.ts'

/** By path within the project. */
export async function toolPages(): Promise<Record<string, string>> {
  const tools = await allDeclarations()
  return {
    'docs/tools/README.md': index(tools),
    ...Object.fromEntries(tools.map((tool) => [`docs/tools/${tool.name}.md`, page(tool)])),
  }
}

function index(tools: readonly ToolDeclaration[]): string {
  return [
    '# Tools',
    generated,
    `Each is a command of \`bin/\`, of \`jackdaw\` (\`jackdaw ${tools[0]!.name} …\`), and once installed \`jackdaw-${tools[0]!.name}\`. A script finds
Apache's option names, output and exit codes; a person at a terminal finds tables, colour and hints.`,
    table(
      ['tool', "Apache's name", 'what it does'],
      tools.map(({ name, kafkaName, summary }) => [
        `[${name}](${name}.md)`,
        `\`${kafkaName}.sh\``,
        cell(summary),
      ]),
    ),
  ].join('\n\n')
}

function page(tool: ToolDeclaration): string {
  const { name, kafkaName, summary, helpSummary, examples, options } = tool
  const current = options.filter(({ deprecated, ours }) => deprecated === undefined && !ours)
  const old = options.filter(({ deprecated }) => deprecated !== undefined)
  const ours = options.filter((option) => option.ours && option.deprecated === undefined)
  return [
    `# ${name}`,
    generated,
    helpSummary ?? summary,
    `\`${name} [options]\`, \`jackdaw ${name} [options]\`. In Apache Kafka: \`${kafkaName}.sh\`.`,
    ...(examples.length === 0 ? [] : ['## Examples', code(examples)]),
    "## Apache Kafka's options",
    optionTable(current),
    ...(ours.length === 0 ? [] : ["## Jackdaw's own options", optionTable(ours)]),
    ...(old.length === 0 ? [] : ['## Old names', optionTable(old)]),
    '## Exit codes',
    "As Apache Kafka's tool: 0 where it did what was asked, 1 where it did not or where the command line makes no sense. Ctrl-C gives 130.",
  ]
    .join('\n\n')
    .concat('\n')
}

function code(examples: ToolDeclaration['examples']): string {
  const lines = examples.map(({ does, command }) => `# ${does}\n${command}`)
  return `\`\`\`sh\n${lines.join('\n\n')}\n\`\`\``
}

function optionTable(options: readonly OptionDeclaration[]): string {
  const rows = [...options]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((option) => [`\`${cell(synopsis(option))}\``, cell(explained(option))])
  return table(['option', 'what it does'], rows)
}

function explained(option: OptionDeclaration): string {
  const { description, argument, deprecated, required } = option
  const preset = option.default
  return [
    ...(required ? ['**Required.**'] : []),
    ...(typeof deprecated === 'string' ? [`Use \`--${deprecated}\`.`] : []),
    description,
    ...(argument?.oneOf === undefined ? [] : [`One of ${argument.oneOf.map(quoted).join(', ')}.`]),
    ...(preset === undefined || preset === '' ? [] : [`Default: \`${preset}\`.`]),
  ].join(' ')
}

const quoted = (text: string): string => `\`${text}\``

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
