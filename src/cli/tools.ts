/**
 * Every tool there is, by the name of its command, which is that of its folder too. The build, `jackdaw <tool>` and the shims
 * come from this table; package.json's `bin` and the files of bin/ are held to it by a test.
 */
export const tools = {
  topics: () => import('./topics/main.ts'),
  'console-producer': () => import('./console-producer/main.ts'),
  'console-consumer': () => import('./console-consumer/main.ts'),
  'consumer-groups': () => import('./consumer-groups/main.ts'),
  'dump-log': () => import('./dump-log/main.ts'),
  'get-offsets': () => import('./get-offsets/main.ts'),
  configs: () => import('./configs/main.ts'),
  groups: () => import('./groups/main.ts'),
  'delete-records': () => import('./delete-records/main.ts'),
  'broker-api-versions': () => import('./broker-api-versions/main.ts'),
  'log-dirs': () => import('./log-dirs/main.ts'),
  cluster: () => import('./cluster/main.ts'),
  features: () => import('./features/main.ts'),
  'metadata-quorum': () => import('./metadata-quorum/main.ts'),
  'leader-election': () => import('./leader-election/main.ts'),
  'reassign-partitions': () => import('./reassign-partitions/main.ts'),
  transactions: () => import('./transactions/main.ts'),
  'producer-perf-test': () => import('./producer-perf-test/main.ts'),
  'consumer-perf-test': () => import('./consumer-perf-test/main.ts'),
  'e2e-latency': () => import('./e2e-latency/main.ts'),
  'verifiable-producer': () => import('./verifiable-producer/main.ts'),
  'verifiable-consumer': () => import('./verifiable-consumer/main.ts'),
} as const satisfies { readonly [name: string]: () => Promise<unknown> }

export const toolNames: readonly string[] = Object.keys(tools)

/** What runs the tool of this name; undefined where there is none. */
export function toolNamed(name: string): (() => Promise<unknown>) | undefined {
  return Object.hasOwn(tools, name) ? tools[name as keyof typeof tools] : undefined
}
