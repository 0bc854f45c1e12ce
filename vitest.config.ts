import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Recorded sessions wait more than they work: begun last, they would run alone for minutes. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWaiting = ({ moduleId }: TestSpecification) => /recorded\.test\.ts$/.test(moduleId)
    return [...sorted.filter(isWaiting), ...sorted.filter((file) => !isWaiting(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // More than what a hook waits for gives itself: a hook is not tried again.
    hookTimeout: 200_000,
    // Two processors, and most tests wait for a process of their own a good part of their time.
    maxWorkers: 3,
    // No test may leave anything behind for another; a process for each file costs a sixth of the whole.
    isolate: false,
    sequence: { sequencer: WaitingFirst },
    // Clients that nobody here wrote have timeouts of their own, which a busy machine does not always keep; .ci/tests.mjs tells of
    // every test that was tried twice.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default'],
  },
})
