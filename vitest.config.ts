import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Clients that nobody here wrote have timeouts of their own, which a busy machine does not always keep; .ci/tests.mjs tells of
    // every test that was tried twice.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default'],
  },
})
