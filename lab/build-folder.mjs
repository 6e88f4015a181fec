// The folder build/, which Git ignores: what is made of the sources when it is first wanted, its name
// carrying a fingerprint of what it was made of. Several processes and threads may make the same thing
// at once. Plain JavaScript, since the launcher's side (bin/bundle.mjs) needs it before any TypeScript
// runs. A host file.

import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export { fingerprint } from './fingerprint.mjs';

const STALE_MS = 3_600_000;
const PAUSE_MS = 20;

/** Writes the file whole or not at all: who finds it finds all of it. */
export function publish(file, content) {
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  const draft = `${file}.${process.pid}.${threadId}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

/**
 * Has `make` make the file, unless another thread or process is at it: then waits for that one, and tries
 * itself if nothing came of it. Making takes less than `patienceMs`.
 *
 *   FILE.making: the number of the process that is at it
 */
export function makeOnce(file, make, patienceMs) {
  const mark = `${file}.making`;
  while (!existsSync(file)) {
    if (!isBegun(mark)) {
      try {
        return make();
      } finally {
        rmSync(mark, { force: true });
      }
    }
    if (isLeft(mark, patienceMs)) rmSync(mark, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}

/** Whether somebody else has begun; begins otherwise. */
function isBegun(mark) {
  try {
    writeFileSync(mark, String(process.pid), { flag: 'wx' });
    return false;
  } catch (error) {
    if (error.code === 'EEXIST') return true;
    throw error;
  }
}

/** Whether who began has ended (Ctrl-C), or would have by now. */
function isLeft(mark, patienceMs) {
  const facts = statSync(mark, { throwIfNoEntry: false });
  if (facts === undefined) return false;
  if (Date.now() - facts.mtimeMs > patienceMs) return true;
  try {
    process.kill(Number(readFileSync(mark, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
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
