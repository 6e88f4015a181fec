/**
 * Trace information: what a trace holds, as figures and as text. A host file (sizes).
 */

import { stat } from 'node:fs/promises';
import { PAGE_BYTES } from '../../sim-hw/references.ts';
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
  /** Distinct pages of 4 KiB, and their size together. */
  readonly pages: number;
  readonly footprintMiB: number;
  /** Records: runs of at most 64 references of one kind to one page. */
  readonly runs: number;
  readonly meanRunLength: number;
  readonly bytesPerReference: number;
}

/** Reads the trace and counts. Refuses as readTrace does. */
export async function traceInfo(file: string, options: ReadOptions = {}): Promise<TraceInfo> {
  const trace = await readTrace(file, options);
  return infoOf(file, trace, (await stat(file)).size);
}

export function infoOf(file: string, trace: Trace, bytes: number): TraceInfo {
  const { references, runs, pageNumbers, kinds } = trace;
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
    footprintMiB: (pageNumbers.length * PAGE_BYTES) / 1048576,
    runs: runs.length,
    meanRunLength: runs.length === 0 ? 0 : references / runs.length,
    bytesPerReference: references === 0 ? 0 : bytes / references,
  };
}

/** A few lines, one fact each, ending in a newline. */
export function formatTraceInfo(info: TraceInfo): string {
  const share = (count: number): string => {
    const percent = info.references === 0 ? 0 : (100 * count) / info.references;
    return `${grouped(count)} (${percent.toFixed(1)} %)`;
  };
  const rows: readonly (readonly [string, string])[] = [
    ['trace', info.file],
    ['of', info.origin],
    ['format', info.lines > 0 ? `${info.format}, ${grouped(info.lines)} lines` : info.format],
    ['size', `${grouped(info.bytes)} bytes, ${info.bytesPerReference.toFixed(3)} per reference`],
    ['references', grouped(info.references)],
    ['  reads', share(info.reads)],
    ['  writes', share(info.writes)],
    ['  fetches', share(info.fetches)],
    ['pages', `${grouped(info.pages)} of 4 KiB, ${info.footprintMiB.toFixed(1)} MiB`],
    ['runs', `${grouped(info.runs)}, mean length ${info.meanRunLength.toFixed(2)}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join('');
}

/** 1234567 -> 1,234,567, the same on every machine. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
