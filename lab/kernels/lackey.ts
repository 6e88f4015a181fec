/**
 * Lackey text to runs, by the kernel of that name (assembly/lackey.ts); its twin is
 * lab/traces/formats/lackey-usual.ts, and what neither takes is read line by line by their caller.
 *
 *   whole lines --(256 KiB at a time)--> kernel --> runs, some without ids --> ids --> reference log
 */

import { kindOfRun, lengthOfRun, pageOfRun, RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import { type ReferenceLog, requireId, reserveRuns } from '../traces/reference-log.ts';
import { ask, type Kernel, startKernel } from './kernel.ts';

/** As in assembly/lackey.ts: bytes of text at a time, and of the shortest line that it takes. */
const TEXT_BYTES = 1 << 18;
const LINE_BYTES_MIN = 14;
const NEWLINE = 10;
/** A kind that no run has. */
const NO_KIND = 3;

/** Reads the line at `at`; gives where the next one begins, or throws. */
type LineParser = (log: ReferenceLog, bytes: Uint8Array, at: number) => number;

/** The kernel and its tables, which lie where they are as long as it lives. */
export interface LackeyKernel {
  readonly kernel: Kernel;
  readonly text: Uint8Array;
  readonly runs: Uint32Array;
  /** Lines without an id, four words each: page, its upper half, run, line; then the id. */
  readonly open: Int32Array;
  /** Lines read by a call, runs begun, lines left open. */
  readonly found: Uint32Array;
}

/** A kernel that has seen no page; null where there are no kernels. */
export function startLackey(): LackeyKernel | null {
  const kernel = startKernel('lackey');
  if (kernel === null) return null;
  const { buffer } = kernel.memory;
  const at = (which: number): number => ask(kernel, 'addressOf', which);
  const lines = Math.floor(TEXT_BYTES / LINE_BYTES_MIN) + 1;
  return {
    kernel,
    text: new Uint8Array(buffer, at(0), TEXT_BYTES),
    runs: new Uint32Array(buffer, at(1), lines + 1),
    open: new Int32Array(buffer, at(2), 4 * lines),
    found: new Uint32Array(buffer, at(3), 3),
  };
}

/**
 * Reads the whole lines in bytes[from..to) into a log that wants every reference. Lines that are not
 * usual go through `parseLine`. Gives where it stopped: at `to`, or at a line longer than the kernel takes.
 */
export function parseByKernel(
  lackey: LackeyKernel,
  log: ReferenceLog,
  bytes: Uint8Array,
  from: number,
  to: number,
  parseLine: LineParser,
): number {
  let at = from;
  while (at < to) {
    const end = to - at <= TEXT_BYTES ? to : bytes.lastIndexOf(NEWLINE, at + TEXT_BYTES - 1) + 1;
    if (end <= at) return at;
    lackey.text.set(bytes.subarray(at, end));
    const start = at;
    while (at < end) {
      at = start + advance(lackey, log, at - start, end - start);
      if (at < end) at = parseLine(log, bytes, at);
    }
  }
  return at;
}

/** Usual lines of the text's [from, to); gives where the first other one stands. */
function advance(lackey: LackeyKernel, log: ReferenceLog, from: number, to: number): number {
  const { kernel, runs, found } = lackey;
  const { index, openWord } = log;
  const isOpen = openWord !== -1;
  const id = isOpen ? pageOfRun(openWord) : 0;
  const kind = isOpen ? kindOfRun(openWord) : NO_KIND;
  runs[0] = openWord | (log.openLength - 1);
  const { low, high } = index;
  const length = log.openLength;
  const stop = ask(kernel, 'advance', from, to, low[id], high[id], kind, length);
  const [lines, begun, open] = found;
  if (lines === 0) return stop;
  if (open > 0) nameOpen(lackey, log, open);
  reserveRuns(log, begun + 1);
  // Run 0 is the log's last, if there was one, perhaps longer now.
  const first = isOpen ? 0 : 1;
  log.runs.set(runs.subarray(first, begun + 1), log.runCount - 1 + first);
  log.runCount += begun;
  log.openWord = (runs[begun] & ~(RUN_LENGTH_MAX - 1)) | 0;
  log.openLength = lengthOfRun(runs[begun]);
  log.references += lines;
  log.limitLeft -= lines;
  log.lines += lines;
  return stop;
}

/** Ids for the lines that the kernel left open, in the order of their lines. */
function nameOpen({ kernel, open }: LackeyKernel, log: ReferenceLog, count: number): void {
  const before = log.lines;
  for (let at = 0; at < 4 * count; at += 4) {
    log.lines = before + open[at + 3] + 1;
    open[at + 3] = requireId(log, open[at], open[at + 1]);
  }
  log.lines = before;
  ask(kernel, 'settle', count);
}
