// Starts the command over with the Node of node_modules, where the one that runs it is too old.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** `least`: the version that is needed. Ends the command with an error where there is none. */
export function startOver(least) {
  const node = process.env.LEASEHOLD_STARTED_OVER === '1' ? undefined : findNode();
  if (node === undefined) return giveUp(least, '');
  const child = spawn(node, [join(here, 'leasehold.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, LEASEHOLD_STARTED_OVER: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(least, ` (${error.message})`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function findNode() {
  const modules = join(here, '..', 'node_modules');
  const { platform, arch } = process;
  const own = join(modules, `node-${platform === 'win32' ? 'win' : platform}-${arch}`, 'bin');
  const candidates = [join(own, 'node'), join(own, 'node.exe'), join(modules, '.bin', 'node')];
  return candidates.find((file) => existsSync(file));
}

function giveUp(least, why) {
  const found = `Node ${process.versions.node} is too old${why}`;
  const next = 'run npm ci in the checkout, or install a newer Node';
  process.stderr.write(`leasehold: ${found}, expected ${least.join('.')} or later; ${next}\n`);
  process.exitCode = 2;
}
