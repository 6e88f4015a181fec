/** Whole processes, timed by the wall, their peak memory told by GNU time. */

import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Finished {
  readonly seconds: number;
  readonly megabytes: number;
  readonly output: string;
}

const LEASEHOLD = fileURLToPath(new URL('../../bin/leasehold.mjs', import.meta.url));
const MEMORY = /peak (\d+) KiB\s*$/;

/** Runs a command to its end. Throws with the end of what it said when it fails. */
export function runTimed(command: string, args: readonly string[], cwd: string): Finished {
  const from = performance.now();
  const wrapped = ['-f', 'peak %M KiB', command, ...args];
  const child = spawnSync('time', wrapped, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  const seconds = (performance.now() - from) / 1000;
  const peak = MEMORY.exec(child.stderr ?? '');
  if (child.status !== 0 || peak === null) {
    const said = `${child.error ?? ''}${child.stdout ?? ''}${child.stderr ?? ''}`.slice(-600);
    throw new Error(`${command} ${args.join(' ')} failed: ${said}`);
  }
  return { seconds, megabytes: Number(peak[1]) / 1024, output: child.stdout + child.stderr };
}

/** `leasehold` of this checkout, under the Node that runs this. */
export function runLeasehold(args: readonly string[], cwd: string): Finished {
  return runTimed(process.execPath, [LEASEHOLD, ...args], cwd);
}

/** Refuses a machine without GNU time, which tells peak memory. */
export function requireTime(): void {
  try {
    execFileSync('time', ['-f', '%M', 'true'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      "GNU time was not found, expected the command 'time'; install the package time",
    );
  }
}
