import { ascending } from '../../base/bigint.ts'
import { javaHashMapOrder } from '../../protocol/java-hash-map.ts'
import type { Fault } from './entries.ts'

type FaultKind = Fault['fault']

/** Kafka's order of telling, and its words. */
const told: readonly [FaultKind, { title: string; line: (fault: Fault) => string }][] = [
  [
    'index-mismatch',
    {
      title: 'Mismatches in :',
      line: ({ expected, found }) => `  Index offset: ${expected}, log offset: ${found}`,
    },
  ],
  [
    'timestamp-mismatch',
    {
      title: 'Found timestamp mismatch in :',
      line: ({ expected, found }) => `  Index timestamp: ${expected}, log timestamp: ${found}`,
    },
  ],
  [
    'timestamp-order',
    {
      title: 'Found out of order timestamp in :',
      line: ({ expected, found }) =>
        `  Index timestamp: ${expected}, Previously indexed timestamp: ${found}`,
    },
  ],
  [
    'offset-missing',
    {
      title: 'The following indexed offsets are not found in :',
      line: ({ expected, found }) => `Indexed offset: ${expected}, found log offset: ${found}`,
    },
  ],
  [
    'gap',
    {
      title: 'Non-consecutive offsets in ',
      line: ({ expected, found }) => `  ${expected} is followed by ${found}`,
    },
  ],
]

/** Kept by what was expected, so that the last of several wins: the smallest first, or the largest. */
const keyed: { readonly [kind in FaultKind]?: 1 | -1 } = { 'index-mismatch': -1, gap: 1 }

/** What did not fit together, told after all files as Kafka's tool tells it: by kind, file by file in the order of its maps. */
export class Faults {
  readonly #byKind = new Map<FaultKind, Map<string, Fault[]>>()

  add(fault: Fault): void {
    const byPath = this.#byKind.get(fault.fault) ?? new Map<string, Fault[]>()
    this.#byKind.set(fault.fault, byPath)
    const known = byPath.get(fault.path)
    if (known === undefined) byPath.set(fault.path, [fault])
    else known.push(fault)
  }

  text(): string {
    return told.map(([kind, { title, line }]) => this.#textOf(kind, { title, line })).join('')
  }

  #textOf(
    kind: FaultKind,
    { title, line }: { title: string; line: (fault: Fault) => string },
  ): string {
    const byPath = this.#byKind.get(kind) ?? new Map<string, Fault[]>()
    // `computeIfAbsent` puts what is new at the head of its bucket.
    return javaHashMapOrder([...byPath.keys()].reverse())
      .map((path) => {
        const faults = byPath.get(path)!
        const direction = keyed[kind]
        const lines = (direction === undefined ? faults : sorted(faults, direction)).map(line)
        return `${title}${path}\n${lines.join('\n')}\n`
      })
      .join('')
  }
}

function sorted(faults: readonly Fault[], direction: 1 | -1): Fault[] {
  const byExpected = new Map(faults.map((each) => [each.expected, each]))
  return [...byExpected.values()].sort((a, b) => direction * ascending(a.expected, b.expected))
}
