/**
 * Lent mappings: the memory server maps a page of a container into a task that asked for it. The
 * frame is in nobody's table of slots, may be shared with others and copied on write, so the task
 * may look at the page and unmap it as any other, but never raise its rights: LENT in the entry
 * keeps `protect` and `allowWrite` off (SPEC [CONT30]).
 *
 * A frame that is lent may be mapped by many pages, of whatever spaces; one of them may write.
 * Where the page table has room for one mapping a frame, to lend it takes it from whoever has it, who
 * faults and asks anew at the next touch. Mapping is a cache.
 */

import { UNMAPPED } from '../sim-hw/frames.ts';
import { LENT, MODIFIED, WRITABLE } from '../sim-hw/page-table/format.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { dropMapping, pageNumberOf, spaceFor, spaceOfGlobalPage } from './memory-map.ts';
import { isPromoted, splitMapping } from './promotion.ts';
import { isMappedBy, lentFor, linkMapping, nextMapping } from './reverse-map.ts';
import { enterMapping } from './soft-state.ts';
import { hasTables, noteTables } from './table-frames.ts';
import { MESSAGE } from './tasks.ts';
import { beforeChange, dropTranslation, LOAN, noteMapped } from './tlb-consistency.ts';

/** Whether `task` pages itself, in small pages, has given the tables, and nothing but `frame` is mapped at `page`. */
export function canLend(kernel: Kernel, task: number, page: number, frame: number): boolean {
  const space = spaceFor(kernel, task, task, page);
  if (space === null || space.order !== 0) return false;
  const { table } = kernel.state;
  const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, page));
  if (index < 0) return hasTables(kernel, space, page);
  return (table.entries[index] as number) >>> 8 === frame;
}

/** Whether `page` of `task` maps `frame`. */
export function hasMapped(kernel: Kernel, task: number, page: number, frame: number): boolean {
  const space = spaceFor(kernel, task, task, page);
  return space !== null && isMappedBy(kernel, frame, space.base + page + 1);
}

/** What a lent mapping is to be. */
export interface Loan {
  /** A word of the lender's, by which it takes the mapping back. */
  readonly word: number;
  readonly writable: boolean;
  /** Nobody else may write from now on. */
  readonly alone: boolean;
}

/** Every mapping of a frame, whatever it was lent for. */
export const ANY = -1;

/** Maps `page` of `task` to `frame`, or changes its rights there. `canLend` must hold. */
export function lend(
  kernel: Kernel,
  task: number,
  page: number,
  frame: number,
  { word, writable, alone }: Loan,
): void {
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  const space = spaceFor(kernel, task, task, page);
  if (space === null) return;
  const { table } = kernel.state;
  // Other rights for the same page are one change of its entry.
  dropMapping(kernel, space, page);
  if (kernel.format.mapsFrameOnce === true) {
    if (kernel.state.frames.mappedBy[frame] !== UNMAPPED) table.counts.aliasFaults++;
    takeMappings(kernel, frame, ANY);
  } else if (alone) forbidWriting(kernel, frame);
  const flags = LENT | (writable ? WRITABLE : 0);
  const before = table.tableFrames;
  enterMapping(kernel, space, pageNumberOf(kernel, space, page), frame, 0, flags);
  noteTables(kernel, space, before);
  linkMapping(kernel, frame, space.base + page + 1, word, writable);
  if (kernel.state.processors !== null) noteMapped(kernel, space, page, task, frame);
}

/** Drops a frame's mappings lent for `word`, for a client that asked: a mapping operation each [TIME5]. */
export function takeMappings(kernel: Kernel, frame: number, word: number): void {
  const dropped = dropMappingsFor(kernel, frame, word);
  charge(kernel, MESSAGE, dropped * kernel.costs.mapNs);
}

/** The same without charge; returns how many there were. */
export function dropMappingsFor(kernel: Kernel, frame: number, word: number): number {
  let dropped = 0;
  let key = kernel.state.frames.mappedBy[frame] as number;
  while (key !== UNMAPPED) {
    const next = nextMapping(kernel, key);
    if (word === ANY || lentFor(kernel, key) === word) {
      const space = spaceOfGlobalPage(kernel, key - 1);
      dropMapping(kernel, space, key - 1 - space.base);
      dropped++;
    }
    key = next;
  }
  return dropped;
}

/**
 * Whoever maps the frame may read it from here on and no more; a write is a fault. One mapping
 * operation, unless nobody may write: who may is the first to map it.
 */
export function forbidWriting(kernel: Kernel, frame: number): void {
  const { frames, table } = kernel.state;
  const key = frames.mappedBy[frame] as number;
  if (key === UNMAPPED) return;
  const space = spaceOfGlobalPage(kernel, key - 1);
  const page = key - 1 - space.base;
  beforeChange(kernel, space);
  if (isPromoted(kernel, space, page)) splitMapping(kernel, space, page);
  const index = kernel.format.find(table, space.id, pageNumberOf(kernel, space, page));
  if (index < 0) return;
  const before = table.entries[index] as number;
  if ((before & (MODIFIED | WRITABLE)) === 0) return;
  charge(kernel, MESSAGE, kernel.costs.mapNs);
  table.entries[index] = before & ~(MODIFIED | WRITABLE);
  dropTranslation(kernel, space, page, LOAN, frame);
  space.written[page] = 0;
}
