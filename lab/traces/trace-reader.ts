/**
 * Trace reader: chunks of a text or binary trace -> a reference log, the format found on the way.
 *
 * The first HEAD_BYTES are kept back until the format is known. Pure: chunks come from the host.
 */

import { detectFormat } from './detect-format.ts';
import type { FormatOptions, TraceFormat, TraceParser } from './formats/index.ts';
import { createRecordCarry, endRecords, pushRecords, type RecordCarry } from './records.ts';
import { createReferenceLog, type LogOptions, type ReferenceLog } from './reference-log.ts';
import { createLineCarry, endLines, type LineCarry, pushChunk } from './text-lines.ts';

const HEAD_BYTES = 65536;

export interface ReaderOptions extends LogOptions, FormatOptions {
  /** Default: found by content. */
  readonly format?: TraceFormat;
}

export interface TraceReader {
  readonly log: ReferenceLog;
  readonly options: ReaderOptions;
  /** Once the format is known, and what goes with it. */
  format: TraceFormat | undefined;
  parse: TraceParser;
  lines: LineCarry | undefined;
  records: RecordCarry | undefined;
  /** What is kept back while the format is unknown. */
  head: Uint8Array;
}

export function createTraceReader(file: string, options: ReaderOptions): TraceReader {
  const reader: TraceReader = {
    log: createReferenceLog(file, options),
    options,
    format: undefined,
    parse: () => {},
    lines: undefined,
    records: undefined,
    head: new Uint8Array(0),
  };
  if (options.format) choose(reader, options.format);
  return reader;
}

/** Takes the next bytes in; the chunk may be used again afterwards. Throws TraceError. */
export function pushTrace(reader: TraceReader, chunk: Uint8Array): void {
  if (reader.format) {
    parseChunk(reader, chunk);
    return;
  }
  const head = new Uint8Array(reader.head.length + chunk.length);
  head.set(reader.head);
  head.set(chunk, reader.head.length);
  reader.head = head;
  if (head.length >= HEAD_BYTES) decide(reader, false);
}

/** The end of the input. Refuses one that is empty, of no known format or cut short. */
export function endTrace(reader: TraceReader): void {
  if (!reader.format) decide(reader, true);
  const { log, parse, lines, records } = reader;
  if (lines) endLines(lines, log, parse);
  if (records) endRecords(records, log);
}

function decide(reader: TraceReader, whole: boolean): void {
  const { head, log } = reader;
  choose(reader, detectFormat(log.file, head, whole));
  reader.head = new Uint8Array(0);
  parseChunk(reader, head);
}

function choose(reader: TraceReader, format: TraceFormat): void {
  const { log, options } = reader;
  reader.format = format;
  reader.parse = format.createParser(options);
  if (options.pageBytes === undefined) log.pageBits = 31 - Math.clz32(format.pageBytes);
  if (format.kind === 'text') reader.lines = createLineCarry();
  else reader.records = createRecordCarry(format.recordBytes);
}

function parseChunk(reader: TraceReader, chunk: Uint8Array): void {
  const { log, parse, lines, records } = reader;
  if (lines) pushChunk(lines, log, chunk, parse);
  else if (records) pushRecords(records, log, chunk, parse);
}
