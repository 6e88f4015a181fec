/**
 * Trace reader: chunks of a text or binary trace -> a reference log, the format found on the way.
 *
 * The first HEAD_BYTES, kept back until then, tell the format. Pure: chunks come from the host.
 */

import { PAGE_BYTES } from '../../sim-hw/references.ts';
import { detectFormat } from './detect-format.ts';
import type { FormatOptions, TraceFormat, TraceParser } from './formats/index.ts';
import { isExact } from './page-index.ts';
import { createRecordCarry, endRecords, pushRecords, type RecordCarry } from './records.ts';
import { createReferenceLog, type LogOptions, type ReferenceLog } from './reference-log.ts';
import { createLineCarry, endLines, type LineCarry, pushChunk } from './text-lines.ts';
import { PAGE_BYTES_MIN, traceError } from './trace.ts';

const HEAD_BYTES = 65536;
const PAGE_BITS = Math.log2(PAGE_BYTES);

export interface ReaderOptions extends Omit<LogOptions, 'pageBytes'>, FormatOptions {
  /** Default: found by content. */
  readonly format?: TraceFormat;
}

export interface TraceReader {
  readonly log: ReferenceLog;
  readonly options: ReaderOptions;
  /** Once the format is known, and what goes with it. */
  format: TraceFormat | undefined;
  parse: TraceParser;
  /** The line or record that is cut. */
  carry: LineCarry | RecordCarry;
  /** What is kept back while the format is unknown. */
  head: Uint8Array;
}

export function createTraceReader(file: string, options: ReaderOptions): TraceReader {
  const reader: TraceReader = {
    log: createReferenceLog(file, { ...options, pageBytes: PAGE_BYTES }),
    options,
    format: undefined,
    parse: () => {},
    carry: createRecordCarry(0),
    head: new Uint8Array(0),
  };
  if (options.format) choose(reader, options.format);
  return reader;
}

/** Where the parser likes to find the next bytes, if it has such a place. */
export function roomIn({ log, parse }: TraceReader): Uint8Array | undefined {
  return parse.room?.(log);
}

/** Takes the next bytes in; the chunk may be used again afterwards. Throws TraceError. */
export function pushTrace(reader: TraceReader, chunk: Uint8Array): void {
  if (reader.format) {
    parseChunk(reader, chunk);
    return;
  }
  const isEnough = reader.head.length === 0 && chunk.length >= HEAD_BYTES;
  const head = isEnough ? chunk : joined(reader.head, chunk);
  if (head.length >= HEAD_BYTES) decide(reader, head, false);
  else reader.head = head;
}

/** The end of the input. Refuses one that is empty, of no known format or cut short. */
export function endTrace(reader: TraceReader): void {
  if (!reader.format) decide(reader, reader.head, true);
  const { format, carry, log, parse } = reader;
  if (format?.kind === 'text') endLines(carry, log, parse);
  else endRecords(carry, log);
}

/** Refuses addresses of which such small pages have no exact numbers, so no known neighbours. */
export function requireNumbers({ log, format }: TraceReader): void {
  if (log.pageBits >= PAGE_BITS || !format?.hasAddresses || isExact(log.index)) return;
  const pageBytes = 2 ** log.pageBits;
  const found = `addresses beyond the first 2^52 pages of ${pageBytes} bytes`;
  throw traceError(log.file, 0, `${found}, expected none; take --page-bytes ${PAGE_BYTES}`);
}

function joined(head: Uint8Array, chunk: Uint8Array): Uint8Array {
  const all = new Uint8Array(head.length + chunk.length);
  all.set(head);
  all.set(chunk, head.length);
  return all;
}

function decide(reader: TraceReader, head: Uint8Array, whole: boolean): void {
  const { log } = reader;
  const isAll = whole && head.length <= HEAD_BYTES;
  choose(reader, detectFormat(log.file, head.subarray(0, HEAD_BYTES), isAll));
  reader.head = new Uint8Array(0);
  parseChunk(reader, head);
}

function choose(reader: TraceReader, format: TraceFormat): void {
  const { log, options } = reader;
  reader.format = format;
  reader.parse = format.createParser(options);
  log.pageBits = Math.log2(pageBytesOf(format, options.pageBytes));
  reader.carry = format.kind === 'text' ? createLineCarry() : createRecordCarry(format.recordBytes);
}

function pageBytesOf(
  { pageBytes, hasAddresses }: TraceFormat,
  wanted: FormatOptions['pageBytes'],
): number {
  if (wanted === 'finest') return hasAddresses ? PAGE_BYTES_MIN : pageBytes;
  return wanted ?? pageBytes;
}

function parseChunk(reader: TraceReader, chunk: Uint8Array): void {
  const { format, carry, log, parse } = reader;
  if (format?.kind === 'text') pushChunk(carry, log, chunk, parse);
  else pushRecords(carry, log, chunk, parse);
}
