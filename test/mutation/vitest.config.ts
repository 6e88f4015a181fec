import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const quickly = fileURLToPath(new URL('quick-check.ts', import.meta.url));

/** The tests that hold the memory server; the rest of the suite is too slow to run for each mutant. */
export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: quickly }] },
  test: { include: ['test/servers/**/*.test.ts'], isolate: false },
});
