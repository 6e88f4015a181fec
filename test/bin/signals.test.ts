import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const launcher = fileURLToPath(new URL('../../bin/leasehold.mjs', import.meta.url));
const sort = fileURLToPath(new URL('../../traces/sort.lht', import.meta.url));

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

test('a conversion that is interrupted leaves no file', async () => {
  const args = ['trace', 'convert', sort, 'sort.csv', '--to', 'csv'];
  const child = spawn(process.execPath, [launcher, ...args], { cwd: folder, stdio: 'ignore' });
  const code = ended(child);
  // What is being written has a name of its own, which tells that it has begun.
  while (child.exitCode === null && readdirSync(folder).length === 0) await setTimeout(2);
  expect(readdirSync(folder)).toEqual([`sort.csv.${child.pid}.partial`]);
  child.kill('SIGINT');
  expect(await code).toBe(130);
  expect(readdirSync(join(folder))).toEqual([]);
}, 60_000);
