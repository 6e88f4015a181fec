/**
 * Soft state: mappings that the hardware has lost and the kernel has not (Rashid et al. 1987,
 * section 3.6: all but wired mappings may be forgotten, and faults rebuild them).
 *
 *   a format takes a context, a segment or a part of a table for another --> the TLB forgets
 *   the next touch --> trap --> the entry is put back --> the program goes on, its pager asleep
 *
 * So pagers and policies see the same on any page table [PMAP1]; what the format lacks shows in
 * traps and time alone.
 */

import type { SpaceState } from '../sim-hw/address-space.ts';
import { assert } from '../sim-hw/assert.ts';
import { UNMAPPED } from '../sim-hw/frames.ts';
import { nextBelow, type RandomState } from '../sim-hw/random.ts';
import { READ, WRITE } from '../sim-hw/references.ts';
import { charge } from './clock.ts';
import type { Kernel } from './kernel.ts';
import { pageNumberOf, spaceOfGlobalPage } from './memory-map.ts';
import { nextMapping } from './reverse-map.ts';
import { MESSAGE, TRAP } from './tasks.ts';
import { regroup } from './tlb-consistency.ts';

/** Enters a mapping, by whoever makes it; what the hardware loses to it leaves the TLB. */
export function enterMapping(
  kernel: Kernel,
  space: SpaceState,
  pageNumber: number,
  frame: number,
  order: number,
  flags: number,
): void {
  const { format } = kernel;
  const { table } = kernel.state;
  format.enter(table, space.id, pageNumber, frame, order, flags);
  if (table.lost.length > 0) forgetLost(kernel);
  noteBytes(kernel);
}

/**
 * Puts back what the hardware has lost of `page`; false when it has lost nothing there: a fault for
 * the pager. A trap and a mapping operation.
 */
export function mendMapping(kernel: Kernel, space: SpaceState, page: number): boolean {
  const { format, costs } = kernel;
  const { table } = kernel.state;
  if (!format.reload(table, space.id, pageNumberOf(kernel, space, page))) return false;
  table.counts.reloads++;
  charge(kernel, TRAP, costs.trapNs);
  charge(kernel, MESSAGE, costs.mapNs);
  if (table.lost.length > 0) forgetLost(kernel);
  noteBytes(kernel);
  return true;
}

/** Mappings that are dropped at random, to see that it changes nothing; null in the kernel's state. */
export interface Drops {
  readonly random: RandomState;
  /** Tries before each turn of a program. */
  readonly each: number;
  /** By space: pages [from, to) that are wired, and stay. */
  readonly wired: readonly (readonly (readonly [number, number])[])[];
}

/** A program is about to run: some mappings, whosever they are, are gone from the hardware. */
export function dropAtRandom(kernel: Kernel, { random, each, wired }: Drops): void {
  const { spaces } = kernel.state;
  for (let tries = 0; tries < each; tries++) {
    const space = spaces[nextBelow(random, spaces.length)] as SpaceState;
    const page = nextBelow(random, space.pages);
    const stays = wired[space.id]?.some(([from, to]) => page >= from && page < to) === true;
    if (!stays) dropSoftState(kernel, space, page);
  }
}

/** The hardware loses the mapping of `page`, as if its place had been taken; false: there is none. */
export function dropSoftState(kernel: Kernel, space: SpaceState, page: number): boolean {
  const { table } = kernel.state;
  if (!kernel.format.forget(table, space.id, pageNumberOf(kernel, space, page))) return false;
  table.counts.drops++;
  regroup(kernel, space.unitOf[page] as number);
  return true;
}

/** The kind of reference that the hardware says it was that found nothing mapped. */
export function reportedKind({ format, state }: Kernel, kind: number): number {
  if (format.misreportsWrites !== true || kind !== WRITE || state.mmu.protection) return kind;
  state.table.counts.misreports++;
  return READ;
}

/** Counts the traps of the last batch, beside its faults. */
export function noteTraps({ format, state }: Kernel): void {
  const { mmu, table } = state;
  table.counts.traps += mmu.emulations;
  if (format.softwareFilled === true) table.counts.traps += mmu.walks;
}

/** The TLB has nothing any more of what the hardware has lost. */
function forgetLost(kernel: Kernel): void {
  const { format } = kernel;
  const { table, frames, spaces } = kernel.state;
  for (let at = 0; at < table.lost.length; at += 2) {
    const space = spaces[table.lost[at] as number] as SpaceState;
    const pageNumber = table.lost[at + 1] as number;
    const index = format.find(table, space.id, pageNumber);
    assert(index >= 0, 'soft state: the kernel has lost a mapping too');
    let key = frames.mappedBy[(table.entries[index] as number) >>> 8] as number;
    while (key !== UNMAPPED && !isThere(kernel, key, space, pageNumber))
      key = nextMapping(kernel, key);
    assert(key !== UNMAPPED, 'soft state: a mapping is unknown to its frame');
    regroup(kernel, space.unitOf[key - 1 - space.base] as number);
  }
}

function isThere(kernel: Kernel, key: number, space: SpaceState, pageNumber: number): boolean {
  return (
    spaceOfGlobalPage(kernel, key - 1) === space &&
    pageNumberOf(kernel, space, key - 1 - space.base) === pageNumber
  );
}

function noteBytes({ format, state }: Kernel): void {
  const { table } = state;
  const bytes =
    format.tableBytes === undefined ? 4096 * table.tableFrames : format.tableBytes(table);
  if (bytes > table.counts.bytesMost) table.counts.bytesMost = bytes;
}
