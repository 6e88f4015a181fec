/**
 * Journal: a ring of blocks with a record of each change, in the order in which changes were made.
 * A record is redone on the state before it: it names inodes, pages and blocks, so that the same
 * function makes the change now and after a power cut (changes.ts).
 *
 *   create    1  inode  name low  name high
 *   write     2  inode  page  pages  n  n x (block, length)
 *   truncate  3  inode  pages
 *   copy      4  inode  page  into inode  into page  pages
 *   remove    5  inode                          first word: kind + 2^8 x words of the record
 *
 * Sequence numbers of blocks never come again: block number s stands at place s modulo the ring, and
 * after recovery they begin beyond the ring, so that no block of a former life continues this one.
 * A record may go on in the next block of its commit; a commit that is not whole ends the journal.
 */

export const CREATE = 1;
export const WRITE = 2;
export const TRUNCATE = 3;
export const COPY = 4;
export const REMOVE = 5;

/** Words of a record of each kind; to a write's, 2 for each run are added. */
const WORDS = [0, 4, 5, 3, 6, 2];

export interface Journal {
  /** Sequence number of the next block, and of the first that recovery would need. */
  next: number;
  tail: number;
  /** Blocks before this one are durable. */
  durable: number;
  /** Records that no commit has taken yet. */
  readonly records: Uint32Array;
  words: number;
  /** Changes recorded so far; of the commit under way, and of the last that is durable. */
  changes: number;
  committing: number;
  committed: number;
}

/** `words`: how much may wait for a commit. */
export function createJournal(words: number): Journal {
  return {
    next: 0,
    tail: 0,
    durable: 0,
    records: new Uint32Array(words),
    words: 0,
    changes: 0,
    committing: 0,
    committed: 0,
  };
}

/** Is there room for a record of that kind, with so many runs? */
export function hasRoom(journal: Journal, kind: number, runs = 0): boolean {
  return journal.words + WORDS[kind] + 2 * runs <= journal.records.length;
}

/** Appends a record; there is room. `runs`: of a write: first block, length, and so on. */
export function record(
  journal: Journal,
  kind: number,
  fields: readonly number[],
  runs: readonly number[] = [],
): void {
  const { records } = journal;
  const words = WORDS[kind] + runs.length;
  let at = journal.words;
  records[at++] = kind + 256 * words;
  for (const field of fields) records[at++] = field;
  for (const word of runs) records[at++] = word;
  journal.words = at;
  journal.changes++;
}

/** Words of the record that begins with `first`, or 0 where none does. */
export function recordWords(first: number): number {
  const kind = first & 255;
  const words = first >>> 8;
  if (kind < CREATE || kind > REMOVE || words < WORDS[kind]) return 0;
  return words;
}
