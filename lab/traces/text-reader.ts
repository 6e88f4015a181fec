/**
 * Text reader: chunks of a text trace -> a reference log, the format found on the way.
 *
 * The first HEAD_BYTES are kept back until the format is known. Pure: chunks come from the host.
 */

import { detectFormat } from './detect-format.ts';
import { parseLackey } from './lackey-text.ts';
import { parsePages } from './page-text.ts';
import { createReferenceLog, type ReferenceLog, type ReferenceWindow } from './reference-log.ts';
import {
  createLineCarry,
  endLines,
  type LineCarry,
  type LineParser,
  pushChunk,
} from './text-lines.ts';
import { type TraceFormat, traceError } from './trace.ts';

const HEAD_BYTES = 65536;

export interface TextOptions extends ReferenceWindow {
  /** Default: found by content. */
  readonly format?: TraceFormat;
}

export interface TextReader {
  readonly log: ReferenceLog;
  readonly carry: LineCarry;
  format: TraceFormat | undefined;
  /** Chunks kept back while the format is unknown. */
  head: Uint8Array;
}

export function createTextReader(file: string, options: TextOptions): TextReader {
  return {
    log: createReferenceLog(file, options),
    carry: createLineCarry(),
    format: options.format,
    head: new Uint8Array(0),
  };
}

export function pushText(reader: TextReader, chunk: Uint8Array): void {
  const { format, carry, log } = reader;
  if (format) {
    pushChunk(carry, log, chunk, parserOf(reader, format));
    return;
  }
  const head = new Uint8Array(reader.head.length + chunk.length);
  head.set(reader.head);
  head.set(chunk, reader.head.length);
  reader.head = head;
  if (head.length >= HEAD_BYTES) decide(reader, false);
}

/** The end of the input. Refuses one that is empty or of no known format. */
export function endText(reader: TextReader): void {
  if (!reader.format) decide(reader, true);
  const { format, carry, log } = reader;
  if (format) endLines(carry, log, parserOf(reader, format));
}

function decide(reader: TextReader, whole: boolean): void {
  const { head, log, carry } = reader;
  const format = detectFormat(log.file, head, whole);
  reader.format = format;
  reader.head = new Uint8Array(0);
  pushChunk(carry, log, head, parserOf(reader, format));
}

function parserOf(reader: TextReader, format: TraceFormat): LineParser {
  if (format === 'lackey') return parseLackey;
  if (format === 'pages') return parsePages;
  const expected = 'expected it as it was written';
  throw traceError(reader.log.file, 0, `is a compact trace inside zstd, ${expected}; run zstd -d`);
}
