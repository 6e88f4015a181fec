/**
 * Trace format: what a reader of one layout is. A plugin: one file here, listed in index.ts.
 *
 *   chunks of bytes --(whole lines, or whole records)--> parse --> reference log --> trace or sink
 *
 * A parser sees bytes in which every line or record is whole, in order, each once; it may be
 * called with any number of them. It adds references to the log and counts its lines or records in
 * `log.lines` before it judges one, so that messages can name the place. What it may keep beside
 * the log (the columns of a table) lives in the parser that `createParser` makes. It refuses by a
 * TraceError of one line and allocates nothing on the word of a number in the file.
 */

import type { ReferenceLog } from '../reference-log.ts';

/**
 * Reads what stands in bytes[from..to), which is whole: lines, of which the last byte is a newline,
 * or records.
 */
export interface TraceParser {
  (log: ReferenceLog, bytes: Uint8Array, from: number, to: number): void;
  /** Where it likes to find the next bytes, all of which may be written; else they may be anywhere. */
  readonly room?: (log: ReferenceLog) => Uint8Array | undefined;
}

/** What a parser is told beside the bytes. */
export interface FormatOptions {
  /** Names of the columns, for tables without a header. */
  readonly columns?: readonly string[];
  /** What was asked for. */
  readonly pageBytes?: number | 'finest';
}

interface AnyFormat {
  /** What `--format` calls it. */
  readonly name: string;
  /** One phrase for people. */
  readonly about: string;
  /** What the file tells and a trace does not keep, or what nobody told: one phrase. */
  readonly lost: string;
  /** Bytes in a page unless asked otherwise. */
  readonly pageBytes: number;
  /** Whether it tells apart places within a page, so that smaller pages mean anything. */
  readonly hasAddresses: boolean;
  /** Whether each line is read by itself, each record by itself and its number, so that threads may share them. */
  readonly readsApart: boolean;
  readonly createParser: (options: FormatOptions) => TraceParser;
}

export interface TextFormat extends AnyFormat {
  readonly kind: 'text';
  /** Whether a line, in Latin-1 without its end, is of this format and of no other. */
  readonly isLine: (line: string) => boolean;
}

/** Binary: records of one size, one after the other. */
export interface RecordFormat extends AnyFormat {
  readonly kind: 'records';
  readonly recordBytes: number;
  /** Whether these first bytes, cut to whole records, can be of this format. */
  readonly isHead: (records: Uint8Array) => boolean;
}

export type TraceFormat = TextFormat | RecordFormat;
