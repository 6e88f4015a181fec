#!/usr/bin/env node
// Launcher: finds a Node that runs the sources as they are, then hands over to bin/leasehold.ts (by
// way of bin/bundle.mjs). Plain JavaScript for Node 18 and later. Machines often come with an older
// Node than current tools want; `npm ci` has put a fitting one under node_modules.

const LEAST = [22, 18];

function fits(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

if (fits(process.versions.node)) {
  await (await import('./bundle.mjs')).runEntry('leasehold');
} else {
  await (await import('./start-over.mjs')).startOver(LEAST);
}
