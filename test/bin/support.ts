/** Spawns the command, as a user would, in a folder of its own. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../bin/leasehold.mjs', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function leasehold(folder: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' } };
    execFile(process.execPath, [launcher, ...args], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

/** An empty folder, and how to get rid of it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-bin-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const small = `name: small
machine: { frames: 64 }
managements: [contracts, mach]
bounds: [optimal]
tasks:
  - { name: a, program: { kind: loop, pages: 40, rounds: 20, write: 0.5 } }
  - { name: b, program: { kind: loop, pages: 40, rounds: 20 }, policy: fifo }
`;
