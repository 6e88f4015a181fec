/**
 * A real pipe to a child process. A host file.
 *
 * Node's own 'pipe' is a pair of sockets; lackey writes once per line, and a socket takes 1.6 times
 * as long for that as a pipe does. So: a FIFO, opened at both ends and removed at once.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface RecordPipe {
  /** Ends when every writer has closed; closes itself. */
  readonly chunks: Readable;
  /** The descriptor to hand to a child. */
  readonly writeDescriptor: number;
  /** Closes our copy of it: to be called once the child has its own. */
  closeWriter(): void;
}

export function openRecordPipe(): RecordPipe {
  const folder = mkdtempSync(join(tmpdir(), 'leasehold-record-'));
  try {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    // Opened for both first, so that neither of the others waits for its partner.
    const both = openSync(path, constants.O_RDWR);
    const readDescriptor = openSync(path, constants.O_RDONLY);
    const writeDescriptor = openSync(path, constants.O_WRONLY);
    closeSync(both);
    return {
      chunks: createReadStream('', { fd: readDescriptor, highWaterMark: 1 << 18 }),
      writeDescriptor,
      closeWriter: () => closeSync(writeDescriptor),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
