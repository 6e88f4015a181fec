/**
 * `npm run mutate`: Stryker over the memory server. Its packages, some 200 that nothing else needs,
 * are put under build/ from a lock file of their own, not among the project's. Further arguments go
 * to Stryker: `npm run mutate -- --mutate servers/memory/ledger.ts`.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const tools = join(root, 'build/mutation/tools');

mkdirSync(tools, { recursive: true });
for (const file of ['package.json', 'package-lock.json'])
  copyFileSync(join(here, file), join(tools, file));
const install = ['ci', '--legacy-peer-deps', '--no-audit', '--no-fund'];
execFileSync('npm', install, { cwd: tools, stdio: 'inherit' });

const stryker = join(tools, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const args = [stryker, 'run', 'test/mutation/stryker.config.json', ...process.argv.slice(2)];
try {
  // The Node of node_modules, which runs the tests' TypeScript, whatever runs this.
  execFileSync(join(root, 'node_modules/.bin/node'), args, { cwd: root, stdio: 'inherit' });
} catch {
  process.exitCode = 1;
}
