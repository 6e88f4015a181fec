/**
 * Memory-management unit: the one hot loop. It runs a task's references until the first fault, the
 * end of the given time, or the end of the program.
 *
 *   run --page--> first TLB level --> unitOf --> second level --> page-table walk --> fault
 *                 place, use          key, set   place, use       sets REFERENCED
 *
 * Runs that hit the first level go by four at a time: one test covers all four. The first write to
 * a page that is clean for the MMU (`written` 0) takes a side path that sets MODIFIED, starts a new
 * version of the page's contents and stamps the frame; later ones cost nothing more. Nothing
 * here allocates, calls through a closure or sends a message. Time is counted down in *ticks*:
 * picoseconds, or references when a scenario counts in references.
 *
 * Left out: caches, out-of-order overlap of walks, paging-structure caches, instruction TLBs.
 */

import type { SpaceState } from './address-space.ts';
import { type ReferenceString, WRITE } from './references.ts';
import { renumberUses } from './tlb.ts';
import { type MmuState, markWritten, refill, type Translation } from './translation.ts';

/** Why a batch ended. */
export const PROGRAM_ENDED = 0;
export const TIME_UP = 1;
export const FAULTED = 2;
/** Of a run: it is done, and the batch goes on. */
export const WENT_BY = 3;

/** Bit of a run that writes: of the kinds only WRITE has it. */
const WRITE_BIT = WRITE << 6;

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
  const { mmu, executor } = at;
  renumberUses(mmu.tlb);
  mmu.references = 0;
  mmu.secondLookups = 0;
  mmu.walks = 0;
  mmu.probes = 0;
  mmu.emulations = 0;
  mmu.protection = false;
  mmu.left = ticks | 0;
  const end = program.runs.length;
  while (space.cursor < end) {
    let result = WENT_BY;
    if (space.offset === 0)
      result = executor ? executor.execute(at, space, program) : runGroups(at, space, program);
    if (result === WENT_BY && space.cursor < end) result = runOne(at, space, program);
    if (result !== WENT_BY) return result;
  }
  return PROGRAM_ENDED;
}

/**
 * The hot loop: groups of four runs, all of which hit the first level and may go by. Of a group
 * that has another run in it, that one goes to `runOne`. The time left is not looked at in the
 * loop: as many groups are tried at a time as fit if each run has its greatest length, and what is
 * left before the time is up, or before the end of the program, is for `runOne` too.
 */
function runGroups(at: Translation, space: SpaceState, program: ReferenceString): number {
  const { mmu } = at;
  const { tlb, groupsPerTick } = mmu;
  const { firstPlace, firstUse } = tlb;
  const { runs } = program;
  const key = 4 * (space.base + 1);
  let cursor = space.cursor;
  const last = runs.length - 4;
  let now = tlb.now;
  let references = 0;
  let end = Math.min(last, cursor + 4 * ((mmu.left * groupsPerTick) | 0) - 4) | 0;
  for (;;) {
    // No call in here, or V8 would look up each array anew in every round.
    while (cursor <= end) {
      const a = runs[cursor] as number;
      const b = runs[(cursor + 1) | 0] as number;
      const c = runs[(cursor + 2) | 0] as number;
      const d = runs[(cursor + 3) | 0] as number;
      const placeA = firstPlace[(key + (a >>> 6)) | 0] as number;
      const placeB = firstPlace[(key + (b >>> 6)) | 0] as number;
      const placeC = firstPlace[(key + (c >>> 6)) | 0] as number;
      const placeD = firstPlace[(key + (d >>> 6)) | 0] as number;
      if (((placeA - 1) | (placeB - 1) | (placeC - 1) | (placeD - 1)) < 0) break;
      firstUse[placeA] = now + 1;
      firstUse[placeB] = now + 2;
      firstUse[placeC] = now + 3;
      now = (now + 4) | 0;
      firstUse[placeD] = now;
      references = (references + (a & 63) + (b & 63) + (c & 63) + (d & 63) + 4) | 0;
      cursor = (cursor + 4) | 0;
    }
    if (cursor > end) break;
    let place = firstPlace[key + ((runs[cursor] as number) >>> 6)] as number;
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

/** One run, or as much of it as there is time for: WENT_BY, or why the batch ended. */
export function runOne(at: Translation, space: SpaceState, program: ReferenceString): number {
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
