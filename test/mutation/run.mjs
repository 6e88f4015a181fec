/**
 * `npm run mutate`: Stryker over the memory server, whole or a room of it (`npm run mutate -- contracts`;
 * rooms.mjs). Its packages, some 200 that nothing else needs, are put under build/ from a lock file of
 * their own, not among the project's. Further arguments go to Stryker:
 * `npm run mutate -- contracts --mutate servers/memory/contracts/purse.ts`.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './rooms.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const tools = join(root, 'build/mutation/tools');
const lock = join(tools, 'package-lock.json');

const isThere =
  existsSync(join(tools, 'node_modules')) &&
  existsSync(lock) &&
  readFileSync(lock).equals(readFileSync(join(here, 'package-lock.json')));
if (!isThere) {
  mkdirSync(tools, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(here, file), join(tools, file));
  const install = ['ci', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  execFileSync('npm', install, { cwd: tools, stdio: 'inherit' });
}

const [first, ...rest] = process.argv.slice(2);
const room = rooms[first] === undefined ? 'all' : first;
const more = rooms[first] === undefined && first !== undefined ? [first, ...rest] : rest;
const { mutate, tests } = rooms[room];
const stryker = join(tools, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const args = [stryker, 'run', 'test/mutation/stryker.config.json', '--mutate', mutate.join(',')];
args.push('--incrementalFile', `build/mutation/${room}.json`, ...more);
const env = { ...process.env, MUTATION_TESTS: tests.join(',') };
try {
  // The Node of node_modules, which runs the tests' TypeScript, whatever runs this.
  execFileSync(join(root, 'node_modules/.bin/node'), args, { cwd: root, stdio: 'inherit', env });
} catch (error) {
  // Stryker has said what is wrong, if it has run.
  if (error.code !== undefined) console.error(`mutate: ${error.message}`);
  process.exitCode = 1;
}
