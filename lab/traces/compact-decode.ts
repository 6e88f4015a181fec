/**
 * Compact decoder: the sections of an `.lht` file -> a trace (compact-layout.ts).
 *
 * The host (compact-read.ts) reads a head (`openSection`), then what it covers (`requireChecksum`),
 * and hands the content to `acceptSection`, runs a chunk at a time to `takeRuns`. Everything is
 * checked: order, sizes, checksum, every run, and all counts of the header at the end. A damaged file
 * gives an error, never a part of a trace. References beyond a limit are not unpacked; the checksums
 * are verified to the end.
 */

import { PAGES_MAX } from '../../sim-hw/references.ts';
import type { RunWindow } from '../kernels/run-window.ts';
import {
  decodeHeader,
  decodeSectionHead,
  PLAIN_VERSION,
  SECTION_BYTES_MAX,
  SECTION_HEAD_BYTES,
  type SectionHead,
  SUMS_BYTES,
} from './compact-layout.ts';
import {
  type CompactReader,
  damaged,
  exact,
  exactNumbers,
  newWords,
  roomForPages,
} from './compact-reader.ts';
import { addSums, cutAt, nothingFound, sumsOf } from './compact-runs.ts';
import { type Trace, type TraceError, traceError } from './trace.ts';

const PAGE_NUMBER_END = 2 ** 52;
/** zstd takes at least 4 bytes for 128 KiB, so a byte of the file holds at most so many runs. */
const RUNS_A_BYTE = 8192;
const RUNS_FIRST = 1 << 26;
const PAGES_FIRST = 1 << 16;
/** zstd may store what it cannot compress a little larger. */
const STORED_SLACK = 65536;

/** The head of a section. Refuses impossible sizes: room is made on their word. */
export function openSection(reader: CompactReader, headBytes: Uint8Array): SectionHead {
  const head = decodeSectionHead(headBytes);
  const { plainSize, storedSize } = head;
  if (plainSize > SECTION_BYTES_MAX || storedSize > SECTION_BYTES_MAX + STORED_SLACK) {
    throw damaged(reader, `section ${nameOf(head)} has an impossible size`);
  }
  if (isPlainRuns(reader, head) && (storedSize !== plainSize + SUMS_BYTES || plainSize % 4 !== 0)) {
    throw damaged(reader, 'a section of runs has the wrong size');
  }
  return head;
}

/** Whether the words of that section stand in the file as they are. */
export function isPlainRuns({ header }: CompactReader, { type }: SectionHead): boolean {
  return type === 'RUNS' && header?.version === PLAIN_VERSION;
}

/** Refuses a section whose checksum is not that of its head and of what else it covers. */
export function requireChecksum(
  reader: CompactReader,
  headBytes: Uint8Array,
  head: SectionHead,
  covered: Uint8Array,
): void {
  const { port } = reader;
  const fixed = port.checksum(headBytes.subarray(0, SECTION_HEAD_BYTES - 4), reader.seed);
  if (port.checksum(covered, fixed) !== head.checksum) {
    throw damaged(reader, `section ${nameOf(head)} has the wrong checksum`);
  }
  reader.seed = head.checksum;
}

/** Takes the next section in, RUNS apart, from its plain bytes. */
export function acceptSection(reader: CompactReader, head: SectionHead, plain: Uint8Array): void {
  requireExpected(reader, head);
  if (head.type === 'HEAD') acceptHeader(reader, plain);
  else if (head.type === 'PAGE') acceptPageNumbers(reader, plain);
  else reader.ended = true;
}

/** Begins a section of runs. */
export function openRuns(reader: CompactReader, head: SectionHead): void {
  requireExpected(reader, head);
  const count = head.plainSize / 4;
  reader.runsPassed += count;
  if (count === 0 || !Number.isInteger(count) || reader.runsPassed > (reader.header?.runs ?? 0)) {
    throw damaged(reader, 'a section of runs has the wrong size');
  }
  reader.section = nothingFound(reader.pagesSeen);
}

/**
 * Takes in the next `count` runs of the section, which stand in the window. From a wrong one on they are
 * looked at alone, and refused at the section's end; so are those beyond the limit, for their sums.
 */
export function takeRuns(reader: CompactReader, window: RunWindow, count: number): void {
  const { section, kinds } = reader;
  const whole = window.look(count, section.seen);
  addSums(section, whole, count);
  const wanted = reader.limit - reader.references;
  if (wanted <= 0) return;
  const isCut = whole.references > wanted;
  const kept = isCut ? cutAt(window.words(), count, wanted) : count;
  const { seen, wrongPage, wrongKind, references, writes, fetches } = isCut
    ? window.look(kept, section.seen)
    : whole;
  section.seen = seen;
  section.wrongPage ||= wrongPage || seen > reader.pagesRead;
  section.wrongKind ||= wrongKind;
  kinds[0] += references - writes - fetches;
  kinds[1] += writes;
  kinds[2] += fetches;
  reader.references += references;
  if (section.wrongPage || section.wrongKind) return;
  reader.pagesSeen = seen;
  window.advance(kept, seen);
}

/** Ends it. Refuses other sums than `sums` (of version 2), an impossible page or kind. */
export function closeRuns(reader: CompactReader, sums: Uint8Array | null): void {
  const { section } = reader;
  if (sums && !sumsOf(section).every((byte, i) => byte === sums[i]))
    throw damaged(reader, 'section RUNS has the wrong sums');
  if (section.wrongPage) throw damaged(reader, 'a run has an impossible page');
  if (section.wrongKind) throw damaged(reader, 'a run has an impossible kind');
}

/** The trace, after the END section. */
export function traceOfReader(reader: CompactReader): Trace {
  const { header, kinds } = reader;
  if (!header || !reader.ended) throw damaged(reader, 'the file is cut short');
  if (reader.references < Math.min(header.references, reader.limit)) throw miscounted(reader);
  const whole = reader.references === header.references;
  const counted =
    reader.pagesSeen === header.pages && header.kinds.every((count, i) => count === kinds[i]);
  if (whole && !counted) throw miscounted(reader);
  return {
    references: reader.references,
    runs: exact(reader.runs, reader.runCount),
    pageNumbers: exactNumbers(reader.pageNumbers, reader.pagesSeen),
    kinds: [kinds[0], kinds[1], kinds[2]],
    origin: header.origin,
    format: 'compact',
    lines: 0,
    pageBytes: header.granule,
  };
}

function expectedSection(reader: CompactReader): string {
  const { header } = reader;
  if (!header) return 'HEAD';
  if (reader.pagesRead < header.pages) return 'PAGE';
  return reader.runsPassed < header.runs ? 'RUNS' : 'END ';
}

function requireExpected(reader: CompactReader, head: SectionHead): void {
  const expected = expectedSection(reader);
  if (head.type === expected) return;
  throw damaged(reader, `section ${expected.trim()} is not where it should be`);
}

function nameOf({ type }: SectionHead): string {
  return type.trim().replaceAll(/[^A-Z]/g, '?');
}

function acceptHeader(reader: CompactReader, bytes: Uint8Array): void {
  const header = decodeHeader(bytes);
  if (typeof header === 'string') {
    const remedy = 'convert it again with this version of leasehold';
    throw traceError(reader.file, 0, `cannot be read, expected ${header}; ${remedy}`);
  }
  if (header.pages > PAGES_MAX) throw damaged(reader, 'the header counts too many pages');
  const plain = header.version === PLAIN_VERSION;
  const runsMax = plain ? reader.fileBytes / 4 : reader.fileBytes * RUNS_A_BYTE;
  if (header.runs > runsMax) {
    throw damaged(reader, 'the header counts more runs than the file can hold');
  }
  reader.header = header;
  reader.pageNumbers = new Float64Array(Math.min(header.pages, PAGES_FIRST));
  if (!reader.kept) return;
  const first = plain ? header.runs : RUNS_FIRST;
  reader.runs = newWords(reader, Math.min(header.runs, reader.limit, first));
}

function acceptPageNumbers(reader: CompactReader, bytes: Uint8Array): void {
  const pageNumbers = roomForPages(reader, bytes.length);
  let id = reader.pagesRead;
  let previous = id > 0 ? pageNumbers[id - 1] : 0;
  for (let at = 0; at < bytes.length; id++) {
    const first = bytes[at];
    if (first < 128) {
      // Nearly all, and no predictor knows which of them go back.
      const back = first & 1;
      previous += ((first >>> 1) ^ -back) + back;
      at++;
    } else {
      let word = 0;
      let scale = 1;
      for (; bytes[at] >= 128; scale *= 128) word += (bytes[at++] & 127) * scale;
      word += bytes[at++] * scale;
      const distance = Math.floor(word / 2);
      previous += word % 2 === 1 ? -distance : distance;
    }
    const possible = previous >= 0 && previous < PAGE_NUMBER_END;
    if (!possible || id >= (reader.header?.pages ?? 0))
      throw damaged(reader, 'a page number is impossible');
    pageNumbers[id] = previous;
  }
  if (id === reader.pagesRead) throw damaged(reader, 'a section of page numbers is empty');
  reader.pagesRead = id;
}

function miscounted(reader: CompactReader): TraceError {
  return damaged(reader, 'the references differ from the counts in the header');
}
