import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // System tests start real servers; two cores are enough for two of them at a time.
    maxWorkers: 2,
    testTimeout: 120_000,
    // On a busy CI machine a browser or a server may once be late; what fails twice has failed.
    retry: process.env.CI ? 1 : 0,
    hookTimeout: 120_000,
    reporters: ['default', './test/support/tally-reporter.ts'],
  },
});
