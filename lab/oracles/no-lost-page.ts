/**
 * No lost page: what a task last wrote is what it reads.
 *
 * The machine counts the write epochs of each page (`versions`); a frame and a block of swap carry
 * the page and the epoch they hold. So at each map the contents must be exactly
 *
 *   zeros                when the page has not been written since it was last told to be zeros: at
 *                        its first touch (initial: zero), or when a LOST fault told its loss. Where
 *                        the task declared that its first touches need no zeros, whatever the task
 *                        itself left in the frame will do as well
 *   (page, version)      otherwise; version 0 is the program's image
 *
 * A page may be lost in three ways, and then its next touch must be a LOST fault, no other fault may
 * be one, and the page is zeros:
 *
 *   - the server took the frame that alone held the page's present version (repossess)
 *   - declared scratch was unmapped after it had been written
 *   - swap has said so: its devices have lost it, or it would not take it (SPEC [SWAP25])
 *
 * Of tasks that stir (lab/fuzz) nothing is expected: they say of no page what it holds.
 *
 * What its task has called garbage may be zeros at any map until it is written again.
 *
 * Scratch is never written to swap, and no more are discardable pages. One of these that has contents
 * and is unmapped, or whose frame is taken, is *dropped*: its next touch must be a REGENERATED fault,
 * no other fault may be one, and the page is (page, version) all the same.
 */

import { spaceOfGlobalPage, wasModified } from '../../nucleus/memory-map.ts';
import { RECLAIMED, TAKEN } from '../../nucleus/probe.ts';
import { LOST, REGENERATED } from '../../nucleus/tasks.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { JUNK } from '../../sim-hw/frames.ts';
import { WANTED } from '../../sim-hw/references.ts';
import { createFindings, type Findings, violate } from './findings.ts';
import { blockOf, type OracleView } from './view.ts';

/** No version: the page has never been told to be zeros. */
const NEVER = 0xffffffff;

export interface NoLostPage {
  readonly findings: Findings;
  /** By global page id: the version at which the page was last told to be zeros, or NEVER. */
  readonly zeroAt: Uint32Array;
  /** By global page id: the version at which its task called it garbage, or NEVER. */
  readonly garbageAt: Uint32Array;
  /** By global page id: 1 while the page is lost and its task has not been told. */
  readonly lost: Uint8Array;
  /** By global page id: 1 while a discardable page has contents that are in no frame. */
  readonly dropped: Uint8Array;
}

export function createNoLostPage(view: OracleView): NoLostPage {
  const { spaces } = view.kernel.state;
  const pages = spaces.reduce((sum, space) => sum + space.pages, 0);
  const zeroAt = new Uint32Array(pages);
  for (const { id, base, pages: count } of spaces)
    if (view.watched[id].image) zeroAt.fill(NEVER, base, base + count);
  return {
    findings: createFindings('no-lost-page', ['SWAP2', 'FAULT3', 'FAULT4', 'FAULT9']),
    zeroAt,
    garbageAt: new Uint32Array(pages).fill(NEVER),
    lost: new Uint8Array(pages),
    dropped: new Uint8Array(pages),
  };
}

/** `page` of `task` has been mapped to `frame`. */
export function checkContents(
  oracle: NoLostPage,
  view: OracleView,
  task: number,
  page: number,
  frame: number,
): void {
  const { kernel } = view;
  const { frames, spaces, tasks } = kernel.state;
  const space = spaces[tasks[task].space];
  if (view.watched[space.id].stirs) return;
  const key = space.base + page;
  const low = frames.stampLow[frame];
  const high = frames.stampHigh[frame];
  const version = space.versions[page];
  oracle.findings.checks++;
  // Garbage may be as it was, or zeros from here on.
  const isThere = high === key + 1 && low === version;
  if (version === oracle.garbageAt[key] && !isThere) oracle.zeroAt[key] = version;
  // A store that was under way when the frame was taken has come to its end [SWAP26].
  const block = blockOf(view, key);
  const isOnSwap = view.swap.stampHigh[block] === high && view.swap.stampLow[block] === low;
  if (isThere && isOnSwap) oracle.lost[key] = 0;
  const unwritten = version === oracle.zeroAt[key] || oracle.lost[key] === 1;
  if (unwritten) {
    if (high === 0 && low === 0) return;
    const own = high !== JUNK && spaceOfGlobalPage(kernel, high - 1) === space;
    if (own && !view.watched[space.id].zeroFill && oracle.lost[key] === 0) return;
  } else if (view.swap.gone?.[block] === 1 && high === 0 && low === 0) return;
  else if (isThere) return;
  const expected = unwritten ? 'zeros' : `its version ${version}`;
  const found = `${high === JUNK ? 'junk' : `page ${high - 1 - space.base}`}, version ${low}`;
  const what = `expected ${expected}, found ${high === 0 ? 'zeros' : found}`;
  violate(oracle.findings, kernel, 'SWAP2', task, page, what);
}

/** `task` has said what its pages [from, to) are to it. */
export function noteAdvice(
  { garbageAt }: NoLostPage,
  { kernel }: OracleView,
  task: number,
  from: number,
  to: number,
  what: number,
): void {
  const { spaces, tasks } = kernel.state;
  const { base, versions } = spaces[tasks[task].space];
  // Wanted again it may have been dropped all the same: until it is written nothing changes.
  if (what === WANTED) return;
  for (let page = from; page < to; page++) garbageAt[base + page] = versions[page];
}

/** A fault of `task` at `page` is settled in the way `how`. */
export function checkResumed(
  oracle: NoLostPage,
  view: OracleView,
  task: number,
  page: number,
  how: number,
): void {
  const { kernel } = view;
  const space = kernel.state.spaces[kernel.state.tasks[task].space];
  const key = space.base + page;
  oracle.findings.checks++;
  // What swap has lost and its task can make is made anew, dropped or not.
  const isGone = view.swap.gone?.[blockOf(view, key)] === 1;
  const isMade = how === REGENERATED && isGone;
  if ((how === REGENERATED) !== (oracle.dropped[key] === 1) && !isMade) {
    const what = how === REGENERATED ? 'is made anew and was not dropped' : 'was dropped, not made';
    violate(oracle.findings, kernel, 'FAULT9', task, page, what);
  }
  oracle.dropped[key] = 0;
  const isLost = oracle.lost[key] === 1 || (how === LOST && isGone);
  if ((how === LOST) === isLost) {
    if (how === LOST) {
      oracle.lost[key] = 0;
      oracle.zeroAt[key] = space.versions[page];
    }
  } else if (how === LOST)
    violate(oracle.findings, kernel, 'FAULT3', task, page, 'is told to be lost and is not');
  else violate(oracle.findings, kernel, 'FAULT3', task, page, 'was lost and its task is not told');
}

/** `page` of `space` has been unmapped; scratch that was written may be forgotten from here on. */
export function noteScratch(
  oracle: NoLostPage,
  view: OracleView,
  space: SpaceState,
  page: number,
  entry: number,
): void {
  const { scratch, discardable } = view.watched[space.id];
  const key = space.base + page;
  if (scratch[page] === 1 && wasModified(entry)) oracle.lost[key] = 1;
  if (discardable[page] === 1 && hasContents(oracle, space, page)) oracle.dropped[key] = 1;
}

/** Whether a page is neither zeros nor, as the program's image is, on swap. */
function hasContents(oracle: NoLostPage, { base, versions }: SpaceState, page: number): boolean {
  return versions[page] !== oracle.zeroAt[base + page] && versions[page] > 0;
}

/** Frames have left a client's hands; only what the server takes may lose a page. */
export function noteTaken(
  oracle: NoLostPage,
  view: OracleView,
  first: number,
  order: number,
  cause: number,
): void {
  if (cause !== TAKEN && cause !== RECLAIMED) return;
  const { frames } = view.kernel.state;
  const end = first + (1 << order);
  for (let frame = first; frame < end; frame++) {
    const high = frames.stampHigh[frame];
    if (high === 0 || high === JUNK) continue;
    const key = high - 1;
    const space = spaceOfGlobalPage(view.kernel, key);
    if (view.watched[space.id].stirs) continue;
    const version = frames.stampLow[frame];
    if (version !== space.versions[key - space.base] || version === oracle.zeroAt[key]) continue;
    if (version === oracle.garbageAt[key]) continue;
    const block = blockOf(view, key);
    const kept = view.swap.stampHigh[block] === high && view.swap.stampLow[block] === version;
    // A discardable page was dropped when its mapping went.
    const made = view.watched[space.id].discardable[key - space.base] === 1;
    if (!kept && !made) oracle.lost[key] = 1;
  }
}

/** Scratch and discardable pages on swap. */
export function sweepScratch(oracle: NoLostPage, view: OracleView): void {
  const { kernel, swap } = view;
  for (const { id, base, pages } of kernel.state.spaces) {
    const { scratch, discardable, id: task } = view.watched[id];
    oracle.findings.checks++;
    for (let page = 0; page < pages; page++)
      if (
        (scratch[page] === 1 || discardable[page] === 1) &&
        swap.stampHigh[blockOf(view, base + page)] !== JUNK &&
        swap.stampLow[blockOf(view, base + page)] > 0
      )
        violate(
          oracle.findings,
          kernel,
          scratch[page] === 1 ? 'FAULT4' : 'FAULT9',
          task,
          page,
          `is ${scratch[page] === 1 ? 'scratch' : 'discardable'} and was written to swap`,
        );
  }
}
