import { defineConfig } from 'vitest/config';

/** The tests that hold the memory server; the rest of the suite is too slow to run for each mutant. */
export default defineConfig({
  test: { include: ['test/servers/**/*.test.ts', 'test/contracts/**/*.test.ts'], isolate: false },
});
