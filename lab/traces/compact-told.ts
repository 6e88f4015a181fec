/** What a compact file tells of itself in its header, read and checked no further. A host file. */

import { type FileHandle, open, stat } from 'node:fs/promises';
import {
  COMPACT_MAGIC,
  type CompactHeader,
  decodeHeader,
  decodeSectionHead,
  SECTION_HEAD_BYTES,
} from './compact-layout.ts';
import { isCompact } from './detect-format.ts';
import { readFully } from './read-at.ts';

/** More than the magic and the section HEAD take. */
const START_BYTES = 8192;

/** The header of a compact file, read and checked no further; null: there is none. */
export async function headerToldBy(handle: FileHandle): Promise<CompactHeader | null> {
  const start = new Uint8Array(START_BYTES);
  const size = await readFully(handle, start, 0);
  const from = COMPACT_MAGIC.length + SECTION_HEAD_BYTES;
  if (size < from || !isCompact(start)) return null;
  const { storedSize } = decodeSectionHead(start.subarray(COMPACT_MAGIC.length));
  const header = decodeHeader(start.subarray(from, Math.min(size, from + storedSize)));
  return typeof header === 'string' ? null : header;
}

/** The same of the file of that name; null, too, where it is not to be read, or read only once. */
export async function headerIn(file: string): Promise<CompactHeader | null> {
  // A pipe is not even opened: whoever writes into it would be told that nobody reads when it is closed.
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  const handle = isFile ? await open(file).catch(() => null) : null;
  if (handle === null) return null;
  try {
    return await headerToldBy(handle);
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
