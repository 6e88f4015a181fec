/**
 * Writing traces: compact, as records of libCacheSim, as a table. A host file.
 *
 * A file is written beside its place and renamed when it is whole, so what has the name is whole; what is
 * beside it goes when the process exits.
 * One whose name ends in .zst or .gz is packed so (a compact trace is packed by itself).
 */

import { constants, createWriteStream, rmSync } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { encodeCompact } from './compact-encode.ts';
import { compactPort } from './compact-port.ts';
import { encodeCsv } from './csv-encode.ts';
import { COMPACT } from './detect-format.ts';
import { encodeOracleGeneral } from './oracle-general-encode.ts';
import { type ReadOptions, readTrace } from './read-trace.ts';
import { type Trace, type TraceError, traceError } from './trace.ts';

/** What `--to` may name. */
export const WRITTEN_FORMATS = [COMPACT, 'compact-plain', 'oracleGeneral', 'csv'] as const;
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

/** Writes `trace` in canonical form (compact-encode.ts), replacing `file`; `plain`: version 2. */
export function writeCompact(file: string, trace: Trace, plain = false): Promise<void> {
  return writeChunks(file, encodeCompact(file, trace, compactPort, plain), new PassThrough());
}

/** Writes `trace` to a new file. Refuses one that exists and a format that cannot be written. */
export async function writeTrace(
  file: string,
  trace: Trace,
  format = COMPACT as string,
): Promise<WrittenTrace> {
  switch (await requireOutput(file, format)) {
    case COMPACT:
      await writeCompact(file, trace);
      break;
    case 'compact-plain':
      await writeCompact(file, trace, true);
      break;
    case 'oracleGeneral':
      await writeChunks(file, copies(encodeOracleGeneral(trace)), packerOf(file));
      break;
    case 'csv':
      await writeChunks(file, encodeCsv(trace), packerOf(file));
      break;
  }
  const { references, pageNumbers } = trace;
  return { references, pages: pageNumbers.length, bytes: (await stat(file)).size };
}

export interface WrittenTrace {
  readonly references: number;
  readonly pages: number;
  readonly bytes: number;
}

export interface ConvertOptions extends ReadOptions {
  /** What the trace is of; default: the input's own origin. */
  readonly origin?: string;
  /** One of WRITTEN_FORMATS; default: compact. */
  readonly to?: string;
}

/** Converts a trace of any format. Refuses an output that exists. */
export async function convertTrace(
  input: string,
  output: string,
  options: ConvertOptions = {},
): Promise<WrittenTrace> {
  const { origin, to, ...readOptions } = options;
  await requireOutput(output, to);
  const trace = await readTrace(input, readOptions);
  return writeTrace(output, { ...trace, origin: origin ?? (trace.origin || basename(input)) }, to);
}

async function writeChunks(
  file: string,
  chunks: Iterable<Uint8Array>,
  packer: Transform,
): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  const remove = (): void => rmSync(partial, { force: true });
  process.once('exit', remove);
  try {
    await pipeline(Readable.from(chunks), packer, createWriteStream(partial, { flush: true }));
    await rename(partial, file);
  } catch (error) {
    // What could not be made cannot be removed either; the first error says why.
    await rm(partial, { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw notWritten(file, code);
  } finally {
    process.removeListener('exit', remove);
  }
}

function packerOf(file: string): Transform {
  if (file.endsWith('.zst')) return createZstdCompress();
  return file.endsWith('.gz') ? createGzip() : new PassThrough();
}

/** A stream holds several chunks at a time: each must be its own. */
function* copies(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) yield chunk.slice();
}

/** Refuses a format that cannot be written, and a file as requireAbsent does, before there is anything to write. */
export async function requireOutput(
  file: string,
  format: string = COMPACT,
): Promise<WrittenFormat> {
  const known = requireWritten(file, format);
  await requireAbsent(file);
  return known;
}

function requireWritten(file: string, name: string): WrittenFormat {
  const format = WRITTEN_FORMATS.find((known) => known === name);
  if (format) return format;
  const known = WRITTEN_FORMATS.join(', ');
  throw traceError(file, 0, `format '${name}' to write, expected one of ${known}; correct it`);
}

/** Refuses a file that exists, or whose folder does not or takes none, before there is anything to write. */
export async function requireAbsent(output: string): Promise<void> {
  if (output === '') throw traceError("''", 0, 'is no name, expected one of a new file; name it');
  const exists = await access(output, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (exists) {
    const expected = 'expected a name that is free';
    throw traceError(output, 0, `exists already, ${expected}; choose another or remove it`);
  }
  const folder = dirname(resolve(output));
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw traceError(output, 0, `has no folder ${folder}, expected one that exists; create it`);
  await access(folder, constants.W_OK).catch(({ code }: NodeJS.ErrnoException) => {
    throw notWritten(output, code);
  });
}

function notWritten(file: string, code = 'unknown error'): TraceError {
  return traceError(file, 0, `cannot be written (${code}), expected a writable place; choose one`);
}
