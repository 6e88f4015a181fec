// The folder build/, which Git ignores: what is made of the sources when it is first wanted, its name
// carrying a fingerprint of what it was made of. Several processes and threads may make the same thing
// at once. Plain JavaScript, since the launcher's side (bin/bundle.mjs) needs it before any TypeScript
// runs. A host file.

import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export { fingerprint } from './fingerprint.mjs';

const STALE_MS = 3_600_000;

/** Writes the file whole or not at all: who finds it finds all of it. */
export function publish(file, content) {
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  const draft = `${file}.${process.pid}.${threadId}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

/** Removes what was made of older sources, but nothing that a run of now may still load. */
export function sweep(folder, mark) {
  for (const file of readdirSync(folder)) {
    const at = join(folder, file);
    const facts = statSync(at, { throwIfNoEntry: false });
    // Folders are others'; a file that is gone was swept by another process.
    if (facts === undefined || facts.isDirectory() || file.includes(mark)) continue;
    if (Date.now() - facts.mtimeMs > STALE_MS) rmSync(at, { force: true });
  }
}
