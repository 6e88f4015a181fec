/**
 * Trace parser: a kernel that makes runs of a piece of a trace file, and its way into a reference log
 * (assembly/parsed-runs.ts; assembly/lackey.ts and assembly/oracle-general.ts are such kernels).
 *
 *   bytes --(a piece at a time)--> kernel --> runs, some without ids --> ids --> reference log
 *
 * Page ids are the log's. The kernel knows those of pages seen lately and leaves the others open.
 */

import {
  FETCH,
  kindOfRun,
  lengthOfRun,
  pageOfRun,
  READ,
  RUN_LENGTH_MAX,
  WRITE,
} from '../../sim-hw/references.ts';
import { denseIds } from '../traces/page-index.ts';
import { type ReferenceLog, requireId, reserveRuns } from '../traces/reference-log.ts';
import { ask, type Kernel, startKernel } from './kernel.ts';

/** Bytes of a file that a kernel takes at a time. As in its source. */
export const INPUT_BYTES = 1 << 18;

/** Words of an open entry: page, its upper half, two that are the kernel's, run, entry, id, nothing. */
const OPEN_WORDS = 8;
const ENTRY = 5;
const ID = 6;
/** As many as the kernel begins with; there may be eight times as many, and eight times those. */
const PLACES_FIRST = 1 << 14;
const PLACES_MOST = 1 << 20;

export interface TraceParserKernel {
  readonly kernel: Kernel;
  readonly entryBytesMin: number;
  places: number;
  input: Uint8Array;
  runs: Uint32Array;
  /** References without an id. */
  open: Int32Array;
  /** By the last call: lines or records read, runs begun, references left open, writes, fetches. */
  found: Uint32Array;
}

/**
 * Kernel `name`, which has seen no page, and of which no line or record takes fewer bytes; null where there
 * are no kernels.
 */
export function startParser(name: string, entryBytesMin: number): TraceParserKernel | null {
  const kernel = startKernel(name);
  return (
    kernel && { kernel, entryBytesMin, places: PLACES_FIRST, ...arraysOf(kernel, entryBytesMin) }
  );
}

/** The kernel's arrays, which lie where they are until it has to grow. */
function arraysOf(kernel: Kernel, entryBytesMin: number) {
  const { buffer } = kernel.memory;
  const at = (which: number): number => ask(kernel, 'addressOf', which);
  const entries = Math.floor(INPUT_BYTES / entryBytesMin);
  return {
    input: new Uint8Array(buffer, at(0), INPUT_BYTES),
    runs: new Uint32Array(buffer, at(1), entries + 1),
    open: new Int32Array(buffer, at(2), OPEN_WORDS * entries),
    found: new Uint32Array(buffer, at(3), 5),
  };
}

/** Where a piece of a file goes, beside which `pages` pages are known. What was given before is gone. */
export function inputFor(parser: TraceParserKernel, pages: number): Uint8Array {
  while (2 * pages > parser.places && parser.places < PLACES_MOST) {
    ask(parser.kernel, 'growPlaces');
    parser.places *= 8;
    Object.assign(parser, arraysOf(parser.kernel, parser.entryBytesMin));
  }
  return parser.input;
}

/** The place in the input of bytes[from], a piece ending at `to`, which may have been read there at once. */
export function offer(
  parser: TraceParserKernel,
  log: ReferenceLog,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  if (bytes.buffer === parser.input.buffer)
    return bytes.byteOffset - parser.input.byteOffset + from;
  inputFor(parser, log.index.pages).set(bytes.subarray(from, to));
  return 0;
}

/**
 * Reads what the kernel takes of input[from..to) into a log that wants every reference; gives where it
 * stopped: at `to`, or at what its caller has to read.
 */
export function advanceParser(
  { kernel, runs, open, found }: TraceParserKernel,
  log: ReferenceLog,
  from: number,
  to: number,
): number {
  const { openWord, openLength, index } = log;
  const isOpen = openWord !== -1;
  const page = isOpen ? pageOfRun(openWord) : 0;
  const kind = isOpen ? kindOfRun(openWord) : 0;
  // A run that is full is continued by none.
  const length = isOpen ? openLength : RUN_LENGTH_MAX;
  runs[0] = openWord | (openLength - 1);
  const stop = ask(kernel, 'advance', from, to, index.low[page], index.high[page], kind, length);
  const [entries, begun, left, writes, fetches] = found;
  if (entries === 0) return stop;
  if (left > 0) {
    nameOpen(log, open.subarray(0, OPEN_WORDS * left));
    ask(kernel, 'settle', left);
  }
  reserveRuns(log, begun + 1);
  // Run 0 is the log's last, if there was one, perhaps longer now.
  const first = isOpen ? 0 : 1;
  log.runs.set(runs.subarray(first, begun + 1), log.runCount - 1 + first);
  log.runCount += begun;
  log.openWord = (runs[begun] & ~(RUN_LENGTH_MAX - 1)) | 0;
  log.openLength = lengthOfRun(runs[begun]);
  log.references += entries;
  log.kinds[READ] += entries - writes - fetches;
  log.kinds[WRITE] += writes;
  log.kinds[FETCH] += fetches;
  log.limitLeft -= entries;
  log.lines += entries;
  return stop;
}

/** Ids for what the kernel left open, new ones in the order of the file. */
function nameOpen(log: ReferenceLog, open: Int32Array): void {
  denseIds(log.index, open, OPEN_WORDS, ID);
  const before = log.lines;
  for (let at = 0; at < open.length; at += OPEN_WORDS) {
    if (open[at + ID] >= 0) continue;
    log.lines = before + open[at + ENTRY] + 1;
    open[at + ID] = requireId(log, open[at], open[at + 1]);
  }
  log.lines = before;
}
