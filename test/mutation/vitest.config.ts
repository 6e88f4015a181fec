import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const quickly = fileURLToPath(new URL('quick-check.ts', import.meta.url));

const named = (process.env.MUTATION_TESTS ?? 'test/servers/**/*.test.ts').split(',');
const [exclude, include] = [true, false].map((not) =>
  named.filter((glob) => glob.startsWith('!') === not).map((glob) => glob.replace(/^!/, '')),
);

/** The tests that hold the memory server, or those of a room of it (rooms.mjs), and no others. */
export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: quickly }] },
  test: { include, exclude, isolate: false },
});
