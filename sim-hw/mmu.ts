/**
 * Memory-management unit: the one hot loop. It runs a task's references until the first fault, the
 * end of the given time, or the end of the program.
 *
 *   run -> unitOf[page] -> first TLB level -> second level -> page-table walk -> fault
 *           (tag, set)      LRU ways           LRU ways        sets REFERENCED
 *
 * The first write to a page that is clean for the MMU (`written` 0) takes a side path that sets
 * MODIFIED, starts a new version of the page's contents and stamps the frame; later ones cost one
 * byte load. Nothing here allocates, calls through a closure or sends a message. Time is counted
 * down in *ticks*: picoseconds, or references when a scenario counts in references.
 *
 * Left out: caches, out-of-order overlap of walks, paging-structure caches, instruction TLBs.
 */

import type { SpaceState } from './address-space.ts';
import type { Costs } from './costs/profile.ts';
import type { FramesState } from './frames.ts';
import {
  LARGE,
  MODIFIED,
  type PageTableFormat,
  type PageTableState,
  REFERENCED,
  WRITABLE,
} from './page-table/format.ts';
import { type ReferenceString, WRITE } from './references.ts';
import { createTlb, KEY_BITS, KEY_MASK, type TlbState } from './tlb.ts';
import type { TlbGeometry } from './tlb-geometry.ts';

/** Why a batch ended. */
export const PROGRAM_ENDED = 0;
export const TIME_UP = 1;
export const FAULTED = 2;

/** What one step costs in ticks; a batch's ticks must stay below 2^31. */
export interface MmuState {
  readonly referenceTicks: number;
  readonly secondTlbTicks: number;
  readonly walkStartTicks: number;
  readonly walkProbeTicks: number;
  readonly tlb: TlbState;
  /** Of the last batch: references executed, second-level hits, walks, their probes. */
  references: number;
  secondHits: number;
  walks: number;
  probes: number;
  /** Of the last batch that faulted: a write found the page mapped but not writable. */
  protection: boolean;
}

/** An MMU that counts its ticks in references, or in picoseconds of `costs`. */
export function createMmu(
  geometry: TlbGeometry,
  costs: Costs,
  countsReferences: boolean,
): MmuState {
  return {
    referenceTicks: countsReferences ? 1 : costs.referencePs,
    secondTlbTicks: countsReferences ? 0 : costs.secondTlbPs,
    walkStartTicks: countsReferences ? 0 : costs.walkStartPs,
    walkProbeTicks: countsReferences ? 0 : costs.walkProbePs,
    tlb: createTlb(geometry),
    references: 0,
    secondHits: 0,
    walks: 0,
    probes: 0,
    protection: false,
  };
}

/** Everything a batch touches, gathered once per address space. */
export interface Translation {
  readonly mmu: MmuState;
  readonly frames: FramesState;
  readonly format: PageTableFormat;
  readonly table: PageTableState;
}

/**
 * Runs `program` from the space's cursor for `ticks` at most. Returns why it ended; after FAULTED
 * the cursor stands on the run that faulted, whose reference has not been executed.
 */
export function runBatch(
  at: Translation,
  space: SpaceState,
  program: ReferenceString,
  ticks: number,
): number {
  const { mmu } = at;
  const { tlb } = mmu;
  const { first, firstMask, firstWays } = tlb;
  const { unitOf, written } = space;
  const { runs } = program;
  const { referenceTicks } = mmu;
  const end = runs.length;
  let left = ticks | 0;
  let cursor = space.cursor;
  let skip = space.offset;
  let references = 0;
  let result = PROGRAM_ENDED;
  mmu.secondHits = 0;
  mmu.walks = 0;
  mmu.probes = 0;
  mmu.protection = false;
  for (; cursor < end; cursor++) {
    const run = runs[cursor] as number;
    const page = run >>> 8;
    const unit = unitOf[page] as number;
    const key = unit & KEY_MASK;
    const base = ((unit >>> KEY_BITS) & firstMask) * firstWays;
    if (first[base] !== key && !foundBehind(first, base, firstWays, key)) {
      const cost = refill(at, space, program, page, unit);
      if (cost < 0) {
        result = FAULTED;
        break;
      }
      left -= cost;
    }
    if (
      (run & 0xc0) === WRITE << 6 &&
      written[page] === 0 &&
      !markWritten(at, space, program, page)
    ) {
      result = FAULTED;
      break;
    }
    const count = (run & 63) + 1 - skip;
    const cost = count * referenceTicks;
    if (cost >= left) {
      const done = left <= 0 ? 1 : Math.ceil(left / referenceTicks);
      references += done;
      skip = done === count ? 0 : skip + done;
      if (done === count) cursor++;
      result = cursor < end ? TIME_UP : PROGRAM_ENDED;
      break;
    }
    references += count;
    left -= cost;
    skip = 0;
  }
  space.cursor = cursor;
  space.offset = skip;
  mmu.references = references;
  return result;
}

/** A hit behind the first way moves to the front of its set. */
function foundBehind(tags: Uint32Array, base: number, ways: number, key: number): boolean {
  const end = base + ways;
  for (let way = base + 1; way < end; way++) {
    if (tags[way] !== key) continue;
    for (let to = way; to > base; to--) tags[to] = tags[to - 1] as number;
    tags[base] = key;
    return true;
  }
  return false;
}

/** First-level miss: second level, then walk. Returns its ticks, or -1 for a fault. */
function refill(
  at: Translation,
  space: SpaceState,
  program: ReferenceString,
  page: number,
  unit: number,
): number {
  const { mmu } = at;
  const { tlb } = mmu;
  const key = unit & KEY_MASK;
  let cost = 0;
  if (tlb.secondWays > 0) {
    const base = ((unit >>> KEY_BITS) & tlb.secondMask) * tlb.secondWays;
    if (tlb.second[base] === key || foundBehind(tlb.second, base, tlb.secondWays, key)) {
      mmu.secondHits++;
      insert(tlb.first, ((unit >>> KEY_BITS) & tlb.firstMask) * tlb.firstWays, tlb.firstWays, key);
      return mmu.secondTlbTicks;
    }
    cost = mmu.secondTlbTicks;
    mmu.secondHits++;
  }
  const { table } = at;
  const index = at.format.walk(table, space.id, program.pageNumbers[page] as number);
  mmu.walks++;
  mmu.probes += table.probes;
  if (index < 0) return -1;
  table.entries[index] = (table.entries[index] as number) | REFERENCED;
  if (tlb.secondWays > 0)
    insert(
      tlb.second,
      ((unit >>> KEY_BITS) & tlb.secondMask) * tlb.secondWays,
      tlb.secondWays,
      key,
    );
  insert(tlb.first, ((unit >>> KEY_BITS) & tlb.firstMask) * tlb.firstWays, tlb.firstWays, key);
  return cost + mmu.walkStartTicks + table.probes * mmu.walkProbeTicks;
}

function insert(tags: Uint32Array, base: number, ways: number, key: number): void {
  for (let to = base + ways - 1; to > base; to--) tags[to] = tags[to - 1] as number;
  tags[base] = key;
}

/**
 * First write since the page became clean for the MMU. Returns false when it may not be written.
 * Setting MODIFIED is a walk that hits the cache; it is not charged apart.
 */
function markWritten(
  at: Translation,
  space: SpaceState,
  program: ReferenceString,
  page: number,
): boolean {
  const pageNumber = program.pageNumbers[page] as number;
  const { table, frames } = at;
  const index = at.format.find(table, space.id, pageNumber);
  const entry = index < 0 ? 0 : (table.entries[index] as number);
  if ((entry & WRITABLE) === 0) {
    at.mmu.protection = true;
    return false;
  }
  table.entries[index] = entry | MODIFIED | REFERENCED;
  const frame = (entry & LARGE) === 0 ? entry >>> 8 : (entry >>> 8) + (pageNumber % 512);
  const version = ((space.versions[page] as number) + 1) >>> 0;
  space.versions[page] = version;
  space.written[page] = 1;
  frames.stampLow[frame] = version;
  frames.stampHigh[frame] = space.base + page + 1;
  return true;
}
