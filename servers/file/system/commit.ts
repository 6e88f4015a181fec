/**
 * Commit: brings what operations have recorded to the disk. Who drives the device does, in order:
 *
 *   beginCommit: outputs --> flush --> write all outputs --> flush --> endCommit
 *
 * The first flush has the data there before any record that names it, the second one makes the
 * commit durable. Records go to the journal; when its ring is full the inode table goes to its other
 * copy instead, a checkpoint, which holds them too, and the ring is empty. One commit at a time;
 * operations go on meanwhile and belong to the next one.
 */

import { assert } from '../../../sim-hw/assert.ts';
import {
  BLOCK_BYTES,
  HEADER_WORDS,
  JOURNAL_BLOCK,
  PAYLOAD_WORDS,
  putWord,
  sealBlock,
  TABLE_BLOCK,
} from './format.ts';
import { beginRelease, endRelease } from './free-map.ts';
import type { FileSystem } from './state.ts';
import { encodeTable } from './table.ts';

export function isCommitting(system: FileSystem): boolean {
  return system.outputs.length > 0;
}

/** Is everything durable that operations have done until now? */
export function isSynced({ journal }: FileSystem): boolean {
  return journal.committed === journal.changes;
}

/** Begins a commit, if none is under way; false when there is nothing to write. */
export function beginCommit(system: FileSystem): boolean {
  if (isCommitting(system) || system.broken) return false;
  const { journal, space, geometry } = system;
  if (journal.words === 0 && !system.checkpointDue) {
    // What readers let go of after its removal was durable waits for nothing.
    beginRelease(space);
    endRelease(space);
    return false;
  }
  const blocks = Math.ceil(journal.words / PAYLOAD_WORDS);
  const live = journal.next - journal.tail;
  system.checkpointing = system.checkpointDue || live + blocks > geometry.journalBlocks;
  system.outputs = system.checkpointing ? tableBlocks(system) : journalBlocks(system, blocks);
  journal.words = 0;
  journal.committing = journal.changes;
  beginRelease(space);
  return true;
}

/** All outputs are durable; or one could not be written, and nothing may be changed any more. */
export function endCommit(system: FileSystem, done: boolean): void {
  assert(isCommitting(system), 'commit: one ends that was not begun');
  const { journal } = system;
  if (!done) {
    system.broken = true;
    system.outputs = [];
    return;
  }
  if (system.checkpointing) {
    system.checkpoint++;
    system.checkpointDue = false;
    // A number is left out: no older table's journal goes on with what comes after this one.
    journal.next++;
    journal.tail = journal.next;
  } else journal.next += system.outputs.length;
  journal.durable = journal.next;
  journal.committed = journal.committing;
  system.checkpointing = false;
  system.outputs = [];
  endRelease(system.space);
}

function journalBlocks({ journal, geometry }: FileSystem, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const number = journal.next + index;
    const block = geometry.journalFirst + (number % geometry.journalBlocks);
    const words = journal.records.subarray(0, journal.words);
    return encode(JOURNAL_BLOCK, block, words, index, count, number, journal.durable);
  });
}

/** The whole table, into the copy that does not count; the empty table has one block too. */
function tableBlocks(system: FileSystem) {
  const { geometry, checkpoint, journal } = system;
  const words = encodeTable(system);
  const number = checkpoint + 1;
  const first = geometry.tableFirst + (number % 2) * geometry.tableBlocks;
  const count = Math.max(1, Math.ceil(words.length / PAYLOAD_WORDS));
  return Array.from({ length: count }, (_, index) =>
    encode(TABLE_BLOCK, first + index, words, index, count, number, journal.next + 1),
  );
}

/** Part `index` of the words as a metadata block. */
function encode(
  kind: number,
  block: number,
  words: Uint32Array,
  index: number,
  count: number,
  number: number,
  mark: number,
) {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const part = words.subarray(index * PAYLOAD_WORDS, (index + 1) * PAYLOAD_WORDS);
  for (let at = 0; at < part.length; at++) putWord(bytes, HEADER_WORDS + at, part[at]);
  sealBlock(bytes, block, { kind, number, index, count, mark, used: part.length });
  return { block, bytes };
}
