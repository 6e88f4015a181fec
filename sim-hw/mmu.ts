/**
 * Memory-management unit: the one hot loop. It runs a task's references until the first fault, the
 * end of the given time, or the end of the program.
 *
 *   run --page--> first TLB level --> unitOf --> second level --> page-table walk --> fault
 *                 place, use          key, set   place, use       sets REFERENCED
 *
 * Runs that hit the first level go by four at a time: one test covers all four. The first write to
 * a page that is clean for the MMU (`written` 0) takes a side path that sets MODIFIED, starts a new
 * version of the page's contents and stamps the frame; later ones cost nothing more. Nothing here allocates, calls through a closure or sends a message. Time is counted
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
import { type ReferenceString, RUN_LENGTH_MAX, WRITE } from './references.ts';
import {
  createTlb,
  insertFirst,
  insertSecond,
  KEY_MASK,
  renumberUses,
  setWriteReady,
  type TlbState,
} from './tlb.ts';
import type { TlbGeometry } from './tlb-geometry.ts';

/** Why a batch ended. */
export const PROGRAM_ENDED = 0;
export const TIME_UP = 1;
export const FAULTED = 2;
/** Of a run: it is done, and the batch goes on. */
const WENT_BY = 3;

/** Bit of a run that writes: of the kinds only WRITE has it. */
const WRITE_BIT = WRITE << 6;

/** What one step costs in ticks; a batch's ticks must stay below 2^31. */
export interface MmuState {
  readonly referenceTicks: number;
  /** Groups of four runs of the greatest length that surely fit in one tick. */
  readonly groupsPerTick: number;
  readonly secondTlbTicks: number;
  readonly walkStartTicks: number;
  readonly walkProbeTicks: number;
  readonly tlb: TlbState;
  /** Ticks left of the batch under way. */
  left: number;
  /** Of the last batch: references executed, second-level look-ups, walks, their probes. */
  references: number;
  secondLookups: number;
  walks: number;
  probes: number;
  /** Of the last batch that faulted: a write found the page mapped but not writable. */
  protection: boolean;
}

/** An MMU that counts its ticks in references, or in picoseconds of `costs`. */
export function createMmu(
  geometry: TlbGeometry,
  pages: number,
  costs: Costs,
  countsReferences: boolean,
): MmuState {
  const referenceTicks = countsReferences ? 1 : costs.referencePs;
  return {
    referenceTicks,
    // A little less than the quotient, so that rounding never makes it more.
    groupsPerTick: 0.999_999 / (4 * RUN_LENGTH_MAX * referenceTicks),
    secondTlbTicks: countsReferences ? 0 : costs.secondTlbPs,
    walkStartTicks: countsReferences ? 0 : costs.walkStartPs,
    walkProbeTicks: countsReferences ? 0 : costs.walkProbePs,
    tlb: createTlb(geometry, pages),
    left: 0,
    references: 0,
    secondLookups: 0,
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
  renumberUses(mmu.tlb);
  mmu.references = 0;
  mmu.secondLookups = 0;
  mmu.walks = 0;
  mmu.probes = 0;
  mmu.protection = false;
  mmu.left = ticks | 0;
  const end = program.runs.length;
  while (space.cursor < end) {
    let result = space.offset === 0 ? runGroups(at, space, program) : WENT_BY;
    if (result === WENT_BY && space.cursor < end) result = runOne(at, space, program);
    if (result !== WENT_BY) return result;
  }
  return PROGRAM_ENDED;
}

/**
 * The hot loop: groups of four runs, all of which hit the first level and may go by. Of a group that
 * has another run in it, that one goes to `runOne`. The time left is not looked at in the loop: as
 * many groups are tried at a time as fit if each run has its greatest length, and what is left
 * before the time is up, or before the end of the program, is for `runOne` too.
 */
function runGroups(at: Translation, space: SpaceState, program: ReferenceString): number {
  const { mmu } = at;
  const { tlb, groupsPerTick } = mmu;
  const { firstPlace, firstUse } = tlb;
  const { runs } = program;
  const key = 4 * (space.base + 1);
  const last = runs.length - 4;
  let cursor = space.cursor;
  let now = tlb.now;
  let references = 0;
  let end = Math.min(last, cursor + 4 * ((mmu.left * groupsPerTick) | 0) - 4) | 0;
  while (cursor <= end) {
    const a = runs[cursor] as number;
    const b = runs[cursor + 1] as number;
    const c = runs[cursor + 2] as number;
    const d = runs[cursor + 3] as number;
    const placeA = firstPlace[key + (a >>> 6)] as number;
    const placeB = firstPlace[key + (b >>> 6)] as number;
    const placeC = firstPlace[key + (c >>> 6)] as number;
    const placeD = firstPlace[key + (d >>> 6)] as number;
    if (((placeA - 1) | (placeB - 1) | (placeC - 1) | (placeD - 1)) >= 0) {
      firstUse[placeA] = now + 1;
      firstUse[placeB] = now + 2;
      firstUse[placeC] = now + 3;
      firstUse[placeD] = now + 4;
      references += (a & 63) + (b & 63) + (c & 63) + (d & 63) + 4;
      now += 4;
      cursor += 4;
      continue;
    }
    let place = placeA;
    while (place !== 0) {
      firstUse[place] = ++now;
      references += ((runs[cursor++] as number) & 63) + 1;
      place = firstPlace[key + ((runs[cursor] as number) >>> 6)] as number;
    }
    leave(mmu, space, cursor, now, references);
    references = 0;
    const result = runOne(at, space, program);
    if (result !== WENT_BY) return result;
    cursor = space.cursor;
    now = tlb.now;
    end = Math.min(last, cursor + 4 * ((mmu.left * groupsPerTick) | 0) - 4) | 0;
  }
  leave(mmu, space, cursor, now, references);
  return WENT_BY;
}

/** Puts down what the hot loop kept in its own hands. */
function leave(
  mmu: MmuState,
  space: SpaceState,
  cursor: number,
  now: number,
  references: number,
): void {
  mmu.references += references;
  mmu.left -= references * mmu.referenceTicks;
  mmu.tlb.now = now;
  space.cursor = cursor;
}

/** One run, or as much of it as there is time for. */
function runOne(at: Translation, space: SpaceState, program: ReferenceString): number {
  const { mmu } = at;
  const { tlb, referenceTicks } = mmu;
  const run = program.runs[space.cursor] as number;
  const page = run >>> 8;
  const place = tlb.firstPlace[4 * (space.base + 1 + page)] as number;
  tlb.now++;
  if (place !== 0) tlb.firstUse[place] = tlb.now;
  else if (!refill(at, space, program, page)) return FAULTED;
  if ((run & WRITE_BIT) !== 0 && space.written[page] === 0)
    if (!markWritten(at, space, program, page)) return FAULTED;
  const count = (run & 63) + 1 - space.offset;
  const cost = count * referenceTicks;
  if (cost < mmu.left) {
    mmu.references += count;
    mmu.left -= cost;
    space.offset = 0;
    space.cursor++;
    return WENT_BY;
  }
  const done = mmu.left <= 0 ? 1 : Math.ceil(mmu.left / referenceTicks);
  mmu.references += done;
  space.offset = done === count ? 0 : space.offset + done;
  if (done === count) space.cursor++;
  return space.cursor < program.runs.length ? TIME_UP : PROGRAM_ENDED;
}

/** First-level miss: second level, then walk. False when the walk finds nothing: a fault. */
function refill(
  at: Translation,
  space: SpaceState,
  program: ReferenceString,
  page: number,
): boolean {
  const { mmu, table } = at;
  const { tlb } = mmu;
  const unit = space.unitOf[page] as number;
  const ready = space.written[page] !== 0;
  if (tlb.secondWays > 0) {
    // The second level is looked up on every first-level miss, and costs its time hit or miss.
    mmu.secondLookups++;
    mmu.left -= mmu.secondTlbTicks;
    const entry = tlb.secondPlace[unit & KEY_MASK] as number;
    if (entry !== 0) {
      tlb.secondUse[entry] = tlb.now;
      insertFirst(tlb, unit, tlb.now, ready);
      return true;
    }
  }
  const index = at.format.walk(table, space.id, program.pageNumbers[page] as number);
  mmu.walks++;
  mmu.probes += table.probes;
  mmu.left -= mmu.walkStartTicks + table.probes * mmu.walkProbeTicks;
  if (index < 0) return false;
  table.entries[index] = (table.entries[index] as number) | REFERENCED;
  if (tlb.secondWays > 0) insertSecond(tlb, unit, tlb.now);
  insertFirst(tlb, unit, tlb.now, ready);
  return true;
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
  setWriteReady(at.mmu.tlb, space.base + 1 + page);
  frames.stampLow[frame] = version;
  frames.stampHigh[frame] = space.base + page + 1;
  return true;
}
