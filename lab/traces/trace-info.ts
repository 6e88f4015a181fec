/**
 * Trace information: what a trace holds, as figures and as text. A host file (sizes).
 *
 * Reuse is told by the faults of LRU: those with n frames are the references that come after n or
 * more other pages. Working sets are Denning's: pages used in the last so many references, averaged.
 * Both are exact, at powers of two and of ten.
 */

import { stat } from 'node:fs/promises';
import { lruCurve } from '../bounds/index.ts';
import { bytesText } from '../bytes-text.ts';
import { windowCurves } from '../curves/windows.ts';
import { grouped } from '../grouped.ts';
import { type ReadOptions, readTrace } from './read-trace.ts';
import type { Trace } from './trace.ts';

export interface TraceInfo {
  readonly file: string;
  readonly format: string;
  readonly origin: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Text lines read; 0 for a compact trace. */
  readonly lines: number;
  readonly references: number;
  readonly reads: number;
  readonly writes: number;
  readonly fetches: number;
  /** Distinct pages, the bytes in one, and their size together. */
  readonly pages: number;
  readonly pageBytes: number;
  readonly footprintMiB: number;
  /** Records: runs of at most 64 references of one kind to one page. */
  readonly runs: number;
  readonly meanRunLength: number;
  readonly bytesPerReference: number;
  /** Faults of LRU by frames: powers of two, the last at or above the pages. */
  readonly lru: readonly { readonly frames: number; readonly faults: number }[];
  /** Mean working set by window in references: powers of ten, up to the trace. */
  readonly workingSets: readonly { readonly window: number; readonly pages: number }[];
}

const BAR_WIDTH = 40;

/** Reads the trace and counts. Refuses as readTrace does. */
export async function traceInfo(file: string, options: ReadOptions = {}): Promise<TraceInfo> {
  const trace = await readTrace(file, options);
  return infoOf(file, trace, (await stat(file)).size);
}

export function infoOf(file: string, trace: Trace, bytes: number): TraceInfo {
  const { references, runs, pageNumbers, kinds, pageBytes } = trace;
  return {
    file,
    format: trace.format,
    origin: trace.origin,
    bytes,
    lines: trace.lines,
    references,
    reads: kinds[0],
    writes: kinds[1],
    fetches: kinds[2],
    pages: pageNumbers.length,
    pageBytes,
    footprintMiB: (pageNumbers.length * pageBytes) / 1048576,
    runs: runs.length,
    meanRunLength: runs.length === 0 ? 0 : references / runs.length,
    bytesPerReference: references === 0 ? 0 : bytes / references,
    lru: lruOf(trace),
    workingSets: workingSetsOf(trace),
  };
}

function lruOf({ runs, pageNumbers }: Trace): TraceInfo['lru'] {
  const curve = lruCurve(runs, pageNumbers.length);
  const points: { frames: number; faults: number }[] = [];
  for (let frames = 1; frames < 2 * pageNumbers.length; frames *= 2)
    points.push({ frames, faults: curve[Math.min(frames, pageNumbers.length)] });
  return points;
}

function workingSetsOf(trace: Trace): TraceInfo['workingSets'] {
  const windows: number[] = [];
  for (let window = 10; window <= trace.references; window *= 10) windows.push(window);
  const { workingSet } = windowCurves(trace, windows);
  return workingSet.map(({ window, frames }) => ({ window, pages: frames }));
}

/** How plots are drawn: with the blocks of a terminal, or in plain ASCII. */
export type Bars = 'blocks' | 'plain';

/** A few lines, one fact each, then two plots; ends in a newline. */
export function formatTraceInfo(info: TraceInfo, bars: Bars = 'plain'): string {
  return facts(info) + plots(info, bars);
}

/** Faults by their logarithm, since they span many decades; pages on an even scale. */
function plots(info: TraceInfo, bars: Bars): string {
  const { references, lru, workingSets, pages } = info;
  // Between what no memory avoids and what none at all costs.
  const span = Math.log10(references / pages) || 1;
  const logOf = (count: number): number => Math.max(0, Math.log10(count / pages) / span);
  const faults = lru.map(({ frames, faults }) =>
    row(frames, faults, faults / references, logOf(faults), bars),
  );
  const sets = workingSets.map(({ window, pages: held }) =>
    row(window, held, held / pages, held / pages, bars),
  );
  const plot = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `\n${title}\n${lines.join('')}`;
  return (
    plot('frames, faults of LRU (bars: logarithmic, from first uses to every reference)', faults) +
    plot('references looked back, pages used in them on average (bars: of all pages)', sets)
  );
}

function row(at: number, value: number, share: number, bar: number, bars: Bars): string {
  const number = value < 100 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value);
  const text = typeof number === 'string' ? number : grouped(number);
  const percent = `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
  const line = `${grouped(at).padStart(12)}${text.padStart(14)}${percent.padStart(9)}  ${barOf(bar, bars)}`;
  return `${line.trimEnd()}\n`;
}

/** A bar of up to BAR_WIDTH columns, in blocks to an eighth of one. */
function barOf(share: number, bars: Bars): string {
  if (bars === 'plain') return '#'.repeat(Math.round(share * BAR_WIDTH));
  const eighths = Math.round(share * BAR_WIDTH * 8);
  const rest = eighths % 8 === 0 ? '' : String.fromCharCode(0x2590 - (eighths % 8));
  return '\u2588'.repeat(eighths >> 3) + rest;
}

function facts(info: TraceInfo): string {
  const share = (count: number): string => {
    const percent = info.references === 0 ? 0 : (100 * count) / info.references;
    return `${grouped(count)} (${percent.toFixed(1)} %)`;
  };
  const rows: readonly (readonly [string, string])[] = [
    ['trace', info.file],
    ['of', info.origin],
    [
      'format',
      info.lines > 0 ? `${info.format}, ${grouped(info.lines)} lines or records` : info.format,
    ],
    ['size', `${grouped(info.bytes)} bytes, ${info.bytesPerReference.toFixed(3)} per reference`],
    ['references', grouped(info.references)],
    ['  reads', share(info.reads)],
    ['  writes', share(info.writes)],
    ['  fetches', share(info.fetches)],
    [
      'pages',
      `${grouped(info.pages)} of ${bytesText(info.pageBytes)}, ${bytesText(info.pages * info.pageBytes)}`,
    ],
    ['runs', `${grouped(info.runs)}, mean length ${info.meanRunLength.toFixed(2)}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
}
