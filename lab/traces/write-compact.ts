/**
 * Writing compact traces. A host file.
 *
 * A file is written beside its place and renamed when it is whole, so what has the name is whole.
 */

import { constants } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { encodeCompact } from './compact-encode.ts';
import { compactPort } from './compact-port.ts';
import { type ReadOptions, readTrace } from './read-trace.ts';
import { type Trace, traceError } from './trace.ts';

/** Writes `trace` in canonical form (compact-encode.ts), replacing `file`. */
export async function writeCompact(file: string, trace: Trace): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      for (const bytes of encodeCompact(file, trace, compactPort)) await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw traceError(file, 0, `cannot be written (${code}), expected a writable place; choose one`);
  }
}

export interface ConvertOptions extends ReadOptions {
  /** What the trace is of; default: the input's own origin. */
  readonly origin?: string;
}

/** Converts a trace of any format to compact. Refuses an output that exists. */
export async function convertTrace(
  input: string,
  output: string,
  options: ConvertOptions = {},
): Promise<{ references: number; pages: number; bytes: number }> {
  await requireAbsent(output);
  const { origin, ...readOptions } = options;
  const trace = await readTrace(input, readOptions);
  await writeCompact(output, { ...trace, origin: origin ?? (trace.origin || basename(input)) });
  return {
    references: trace.references,
    pages: trace.pageNumbers.length,
    bytes: await fileBytes(output),
  };
}

export async function requireAbsent(output: string): Promise<void> {
  const exists = await access(output, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (exists) {
    const expected = 'expected a name that is free';
    throw traceError(output, 0, `exists already, ${expected}; choose another or remove it`);
  }
}

async function fileBytes(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
