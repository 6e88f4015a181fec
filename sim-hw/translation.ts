/**
 * Translation: the state of the MMU, and what the hot loop (mmu.ts) leaves to others. A first-level
 * miss looks in the second level, then walks the page table; a first write sets MODIFIED.
 */

import type { SpaceState } from './address-space.ts';
import type { Costs } from './costs/profile.ts';
import type { Executor } from './executor.ts';
import type { FramesState } from './frames.ts';
import {
  LARGE,
  MODIFIED,
  type PageTableFormat,
  type PageTableState,
  REFERENCED,
  WRITABLE,
} from './page-table/format.ts';
import { type ReferenceString, RUN_LENGTH_MAX } from './references.ts';
import { HEAP, type Room } from './room.ts';
import { hitsStale, type StaleEntries, writesStale } from './stale-entries.ts';
import {
  createTlb,
  insertFirst,
  insertSecond,
  joinFirst,
  KEY_MASK,
  setWriteReady,
  type TlbState,
} from './tlb.ts';
import type { TlbGeometry } from './tlb-geometry.ts';

/** What one step costs in ticks; a batch's ticks must stay below 2^31. */
export interface MmuState {
  readonly referenceTicks: number;
  /** Groups of four runs of the greatest length that surely fit in one tick. */
  readonly groupsPerTick: number;
  readonly secondTlbTicks: number;
  readonly walkStartTicks: number;
  readonly walkProbeTicks: number;
  readonly trapTicks: number;
  readonly tlb: TlbState;
  /** What the TLB holds against the page table; null where there is one CPU. */
  readonly stale: StaleEntries | null;
  /** Ticks left of the batch under way. */
  left: number;
  /** Of the last batch: references executed, second-level look-ups, walks, their probes. */
  references: number;
  secondLookups: number;
  walks: number;
  probes: number;
  /** Of the last batch: traps by which software set a bit that the hardware does not. */
  emulations: number;
  /** Of the last batch that faulted: a write found the page mapped but not writable. */
  protection: boolean;
}

/** An MMU that counts its ticks in references, or in picoseconds of `costs`. */
export function createMmu(
  geometry: TlbGeometry,
  pages: number,
  costs: Costs,
  countsReferences: boolean,
  promotes = false,
  stale: StaleEntries | null = null,
  room: Room = HEAP,
): MmuState {
  const referenceTicks = countsReferences ? 1 : costs.referencePs;
  return {
    referenceTicks,
    // A little less than the quotient, so that rounding never makes it more.
    groupsPerTick: 0.999_999 / (4 * RUN_LENGTH_MAX * referenceTicks),
    secondTlbTicks: countsReferences ? 0 : costs.secondTlbPs,
    walkStartTicks: countsReferences ? 0 : costs.walkStartPs,
    walkProbeTicks: countsReferences ? 0 : costs.walkProbePs,
    trapTicks: countsReferences ? 0 : costs.trapNs * 1000,
    tlb: createTlb(geometry, pages, promotes, room),
    stale,
    left: 0,
    references: 0,
    secondLookups: 0,
    walks: 0,
    probes: 0,
    emulations: 0,
    protection: false,
  };
}

/** Everything a batch touches, gathered once per address space. */
export interface Translation {
  readonly mmu: MmuState;
  readonly frames: FramesState;
  readonly format: PageTableFormat;
  readonly table: PageTableState;
  /** Who executes what goes by, if not the hot loop here. */
  readonly executor?: Executor | null;
}

/** First-level miss: second level, then walk. False when the walk finds nothing: a fault. */
export function refill(
  at: Translation,
  space: SpaceState,
  program: ReferenceString,
  page: number,
): boolean {
  const { mmu } = at;
  const { tlb } = mmu;
  const unit = space.unitOf[page] as number;
  const ready = space.written[page] !== 0;
  const key = space.base + page + 1;
  if (mmu.stale !== null && hitsStale(mmu.stale, tlb, key)) return true;
  // Only of a superpage's later pages the key is another's.
  const isPart = (unit & KEY_MASK) !== key;
  if (isPart && joinFirst(tlb, unit, key, ready)) return true;
  if (tlb.secondWays > 0) {
    // The second level is looked up on every first-level miss, and costs its time hit or miss.
    mmu.secondLookups++;
    mmu.left -= mmu.secondTlbTicks;
    const entry = tlb.secondPlace[unit & KEY_MASK] as number;
    if (entry !== 0) {
      tlb.secondUse[entry] = tlb.now;
      insertUnit(tlb, space, unit, key, ready);
      return true;
    }
  }
  if (!walk(at, space, program, page)) return false;
  if (tlb.secondWays > 0) insertSecond(tlb, unit, tlb.now);
  insertUnit(tlb, space, unit, key, ready);
  return true;
}

/** A walk for the page's entry, which is REFERENCED from here on; false: there is none. */
function walk(
  { mmu, format, table }: Translation,
  space: SpaceState,
  program: ReferenceString,
  page: number,
): boolean {
  const { walked, spans } = mmu.tlb;
  const key = space.base + page + 1;
  const known = walked[key] as number;
  if (known !== 0) {
    countWalk(mmu, known);
    return true;
  }
  const index = format.walk(table, space.id, program.pageNumbers[page] as number);
  countWalk(mmu, table.probes);
  if (index < 0) return false;
  const entry = table.entries[index] as number;
  if ((entry & REFERENCED) === 0) {
    if (format.emulatesReferenced === true) emulate(mmu);
    table.entries[index] = entry | REFERENCED;
  }
  // Of a superpage, or on another CPU, it may change unheard.
  const isLasting = format.walksVary !== true && spans === null && mmu.stale === null;
  if (isLasting) walked[key] = table.probes;
  return true;
}

function countWalk(mmu: MmuState, probes: number): void {
  mmu.walks++;
  mmu.probes += probes;
  mmu.left -= mmu.walkStartTicks + probes * mmu.walkProbeTicks;
}

/** A trap to software that sets the bit and goes back: `trapNs`, whose docstring names its source. */
function emulate(mmu: MmuState): void {
  mmu.emulations++;
  mmu.left -= mmu.trapTicks;
}

/** Puts the unit in the first level, and the page with it that is not its first. */
function insertUnit(
  tlb: TlbState,
  space: SpaceState,
  unit: number,
  key: number,
  ready: boolean,
): void {
  const first = unit & KEY_MASK;
  if (first === key) return insertFirst(tlb, unit, tlb.now, ready);
  insertFirst(tlb, unit, tlb.now, space.written[first - space.base - 1] !== 0);
  joinFirst(tlb, unit, key, ready);
}

/**
 * First write since the page became clean for the MMU. Returns false when it may not be written.
 * Setting MODIFIED is a walk that hits the cache; it is not charged apart.
 */
export function markWritten(
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
    const { stale } = at.mmu;
    if (stale !== null && writesStale(at, stale, space, page, index)) return true;
    at.mmu.protection = true;
    return false;
  }
  if (at.format.emulatesModified === true && (entry & MODIFIED) === 0) emulate(at.mmu);
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
