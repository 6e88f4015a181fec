#!/usr/bin/env node
// Launcher: finds a Node that runs the sources as they are, then hands over to bin/leasehold.ts (by
// way of bin/bundle.mjs). Plain JavaScript for Node 18 and later. Machines often come with an older
// Node than current tools want; `npm ci` has put a fitting one under node_modules.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LEAST = [22, 18];
const here = dirname(fileURLToPath(import.meta.url));

function fits(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

function findNode() {
  const modules = join(here, '..', 'node_modules');
  const { platform, arch } = process;
  const own = join(modules, `node-${platform === 'win32' ? 'win' : platform}-${arch}`, 'bin');
  const candidates = [join(own, 'node'), join(own, 'node.exe'), join(modules, '.bin', 'node')];
  return candidates.find((file) => existsSync(file));
}

function startOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, LEASEHOLD_STARTED_OVER: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(` (${error.message})`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function giveUp(why) {
  const found = `Node ${process.versions.node} is too old${why}`;
  const next = 'run npm ci in the checkout, or install a newer Node';
  process.stderr.write(`leasehold: ${found}, expected ${LEAST.join('.')} or later; ${next}\n`);
  process.exitCode = 2;
}

if (fits(process.versions.node)) {
  await (await import('./bundle.mjs')).runEntry('leasehold');
} else {
  const node = process.env.LEASEHOLD_STARTED_OVER === '1' ? undefined : findNode();
  if (node === undefined) giveUp('');
  else startOver(node);
}
