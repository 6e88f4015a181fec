/** A disk that is full: told of in one line, and nothing half written is left. As a limit to how long files may be. */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, leasehold, small, temporaryFolder } from './support.ts';

const launcher = fileURLToPath(new URL('../../bin/leasehold.mjs', import.meta.url));
const { folder, remove } = temporaryFolder();

beforeAll(async () => {
  writeFileSync(join(folder, 'small.yaml'), small);
  // What is made once is made here, without a limit.
  await leasehold(folder, 'run', 'small.yaml', '--management', 'contracts');
}, 120_000);

afterAll(remove);

/** Runs the command by a shell that does `before`, such as a limit, and redirects as `after` says. */
function shell(before: string, after: string, ...args: string[]): Promise<Ended> {
  const line = `${before} exec "$0" "$@" ${after}`;
  return new Promise((resolve) => {
    const words = ['-c', line, process.execPath, launcher, ...args];
    execFile('sh', words, { cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test('events that have no room, not even the last of them', async () => {
  const run = ['run', 'small.yaml', '--management', 'contracts', '--events', 'events'];
  for (const all of [[], ['--events-all']]) {
    const { code, out, err } = await shell('ulimit -f 1;', '', ...run, ...all);
    expect(err).toMatch(/^leasehold: --events events: cannot be written \(EFBIG\), expected .*\n$/);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(readdirSync(folder)).toEqual(['small.yaml']);
  }
});

test.skipIf(!existsSync('/dev/full'))('a report that has no room', async () => {
  const { code, err } = await shell('', '> /dev/full', 'policies');
  expect(err).toMatch(/^leasehold: standard output: cannot be written \(ENOSPC\), expected .*\n$/);
  expect(code).toBe(2);
});
