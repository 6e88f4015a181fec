/**
 * Recording a trace: runs a program under valgrind's lackey tool and reads what it says.
 * A host file.
 *
 *   valgrind --tool=lackey --trace-mem=yes --log-fd=3 COMMAND --(pipe)--> text reader -> .lht
 *
 * What lackey does not see: the kernel's own references (read(2) into a buffer), mmap and brk,
 * which thread it was, time, child processes. Some 1 to 3 million references a second.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { lackey } from './formats/lackey.ts';
import { openRecordPipe } from './record-pipe.ts';
import { traceOfLog } from './reference-log.ts';
import { requirePageSize, type Trace, type TraceError, traceError } from './trace.ts';
import { infoOf, type TraceInfo } from './trace-info.ts';
import { createTraceReader, endTrace, pushTrace, type TraceReader } from './trace-reader.ts';
import { requireAbsent, writeCompact } from './write-trace.ts';

const LOG_DESCRIPTOR = 3;
const PROGRESS_REFERENCES = 1_000_000;
const STDERR_BYTES_MAX = 4096;
const LACKEY = [
  '--tool=lackey',
  '--trace-mem=yes',
  '--child-silent-after-fork=yes',
  `--log-fd=${LOG_DESCRIPTOR}`,
];

export interface RecordOptions {
  /** References to record at most; the program is then ended. Default: until it ends. */
  readonly limit?: number;
  /** References to pass over first, to get beyond the program's start. */
  readonly skip?: number;
  /** Bytes in a page, a power of two from 512 to 2 MiB; default: 4096. */
  readonly pageBytes?: number;
  /** Called about every million references, with those recorded so far. */
  readonly onProgress?: (references: number) => void;
}

/**
 * Records `command` into the compact trace `output`. Refuses an output that exists, an empty
 * command, a machine without valgrind and a command that fails before the limit; then no file is
 * written. The command's own output is discarded, its input is ours.
 */
export async function recordTrace(
  output: string,
  command: string[],
  options: RecordOptions = {},
): Promise<TraceInfo> {
  requireCounts(output, options);
  if (options.pageBytes !== undefined) requirePageSize(output, options.pageBytes);
  if (command.length === 0) {
    throw traceError(output, 0, 'no command, expected a program to record; name one');
  }
  await requireAbsent(output);
  const trace = await runLackey(output, command, options);
  await writeCompact(output, trace);
  return infoOf(output, { ...trace, format: 'compact', lines: 0 }, (await stat(output)).size);
}

async function runLackey(
  output: string,
  command: string[],
  options: RecordOptions,
): Promise<Trace> {
  const { limit, skip, pageBytes } = options;
  const origin = command.join(' ');
  const reader = createTraceReader('valgrind', {
    format: lackey,
    ...(limit !== undefined && { limit }),
    ...(skip !== undefined && { skip }),
    ...(pageBytes !== undefined && { pageBytes }),
  });
  const pipe = openRecordPipe();
  const child = spawn('valgrind', [...LACKEY, ...command], {
    stdio: ['inherit', 'ignore', 'pipe', pipe.writeDescriptor],
  });
  pipe.closeWriter();
  // Who is ended does not leave it running.
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  const ending = endingOf(child);
  let failure: unknown;
  try {
    await readLackey(pipe.chunks, reader, options.onProgress);
  } catch (error) {
    failure = error;
  }
  // By its own process id: valgrind would go on after we stop listening.
  if (failure !== undefined || reader.log.limitLeft === 0) end();
  const { error, code, signal, words } = await ending;
  process.removeListener('exit', end);
  if (error) throw noValgrind(output, error);
  if (failure !== undefined) throw failure;
  if (reader.log.limitLeft > 0 && (code !== 0 || signal)) {
    const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
    const said = words === '' ? '' : ` (${words})`;
    const expected = 'expected it to succeed under valgrind';
    throw traceError(output, 0, `'${origin}' ${how}${said}, ${expected}; try it by itself`);
  }
  const trace = traceOfLog(reader.log, origin, 'lackey');
  if (trace.references > 0) return trace;
  const problem = `'${origin}' ended within the ${skip ?? 0} references to skip`;
  throw traceError(output, 0, `${problem}, expected more; skip fewer`);
}

async function readLackey(
  chunks: Readable,
  reader: TraceReader,
  onProgress: ((references: number) => void) | undefined,
): Promise<void> {
  let next = PROGRESS_REFERENCES;
  for await (const chunk of chunks) {
    pushTrace(reader, chunk);
    if (reader.log.limitLeft === 0) return;
    if (onProgress && reader.log.references >= next) {
      onProgress(reader.log.references);
      next = reader.log.references + PROGRESS_REFERENCES;
    }
  }
  endTrace(reader);
}

interface Ending {
  readonly error: Error | undefined;
  readonly code: number | null;
  readonly signal: string | null;
  /** The last line of its standard error. */
  readonly words: string;
}

function endingOf(child: ChildProcess): Promise<Ending> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_BYTES_MAX);
  });
  return new Promise((resolve) => {
    const end = (error: Error | undefined, code: number | null, signal: string | null): void =>
      resolve({ error, code, signal, words: stderr.trim().split('\n').at(-1) ?? '' });
    child.on('error', (error) => end(error, null, null));
    child.on('close', (code, signal) => end(undefined, code, signal));
  });
}

function requireCounts(output: string, options: RecordOptions): void {
  for (const [name, least] of [
    ['limit', 1],
    ['skip', 0],
  ] as const) {
    const count = options[name];
    if (count !== undefined && (!Number.isSafeInteger(count) || count < least)) {
      const expected = `expected a whole number of at least ${least}`;
      throw traceError(output, 0, `${name} ${count}, ${expected}; correct it`);
    }
  }
}

function noValgrind(output: string, error: Error): TraceError {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT') {
    const problem = `valgrind cannot be started (${code})`;
    return traceError(output, 0, `${problem}, expected it to run; try valgrind --version`);
  }
  const remedy =
    'install valgrind (apt-get install valgrind), or convert a trace you have with ' +
    '`leasehold trace convert`';
  return traceError(output, 0, `valgrind is missing, expected it on the PATH; ${remedy}`);
}
