/**
 * Final pager: the small pager behind a task's own that has no pager behind it (Walfield, VMM). It backs the
 * records of the primary pager and nothing else. Wired: its own state is of fixed size, and so
 * many frames are guaranteed to it and in hand before its task runs [LAST9]. So it gets
 * records in and out whenever it is asked, in what it has.
 *
 *   needRecords --in already--> recordsIn
 *        |--frame in hand, never in before--> recordsIn
 *        |--else--> createContainer --> fetch / store / exchange --> swapped --> recordsIn
 *
 * One page at a time: its task has one fault at a time. Out goes what has been in for longest.
 */

import { OP } from '../../contracts/messages.ts';
import { DONE } from '../../contracts/refusals.ts';
import type { CapabilityTable } from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import { DEATH, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { killServer } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';

export interface FinalPagerState {
  readonly id: number;
  readonly memoryPort: number;
  readonly swapPort: number;
  /** The task whose pager's records these are, and the port to it. */
  readonly primary: number;
  primaryPort: number;
  /** Frames that are guaranteed to it, and how many it has. */
  readonly frames: number;
  held: number;
  /** Slots of frames that hold nothing. */
  readonly spare: number[];
  /** Pages that are in, the oldest first, and the slot of each. */
  readonly pages: number[];
  readonly slots: number[];
  /** By page: 1 where swap has it. */
  readonly onSwap: Uint8Array;
  /** The page that is wanted, or -1; and the one that goes out for it, or -1, with the slot. */
  wanted: number;
  out: number;
  slot: number;
  readonly lockMax: number;
  readonly retryAfter: number;
  readonly span: number;
}

const NONE = -1;
const TAG = 1;
/** Timer words: a frame, or the records that are wanted, once more. */
const ASK = 1;
const AGAIN = 2;

export function createFinalPager(
  options: Pick<
    FinalPagerState,
    'id' | 'primary' | 'frames' | 'lockMax' | 'retryAfter' | 'span' | 'memoryPort' | 'swapPort'
  >,
): FinalPagerState {
  return {
    ...options,
    primaryPort: NONE,
    held: 0,
    spare: [],
    pages: [],
    slots: [],
    onSwap: new Uint8Array(options.span),
    wanted: NONE,
    out: NONE,
    slot: NONE,
  };
}

/** Proposes its contract: all that it ever has is guaranteed. */
export function openFinalPager(kernel: Kernel, { id, memoryPort, frames }: FinalPagerState): void {
  send(kernel, id, memoryPort, OP.contract, frames, 0, 0, 0, 0);
}

/** Receiver step of a final pager. */
export function finalPagerStep(kernel: Kernel, state: object, message: Message): void {
  const pager = state as FinalPagerState;
  const { object } = kernel.state.capabilities[pager.id] as CapabilityTable;
  const { from, op, w0, w1, w2 } = message;
  if (from === NUCLEUS) {
    if (op === DEATH && w0 === pager.primary) killServer(kernel, pager.id);
    else if (op === TIMER && w0 === ASK) fillHand(kernel, pager);
    else if (op === TIMER && w0 === AGAIN) bringIn(kernel, pager);
  } else if (from === pager.primary) {
    if (op === OP.needRecords && w0 < pager.span) want(kernel, pager, w0);
  } else if (from === object[pager.memoryPort]) fromMemory(kernel, pager, op, w1, w2);
  else if (from === object[pager.swapPort] && op === OP.swapped && w0 === TAG)
    moved(kernel, pager, w1);
}

function fromMemory(
  kernel: Kernel,
  pager: FinalPagerState,
  op: number,
  w1: number,
  w2: number,
): void {
  if (op === OP.contractIs) fillHand(kernel, pager);
  else if (op === OP.granted) {
    pager.held++;
    pager.spare.push(w1);
    fillHand(kernel, pager);
    if (pager.wanted !== NONE && pager.slot === NONE) bringIn(kernel, pager);
  } else if (op === OP.containerIs) handOn(kernel, pager, w2);
  else if (op === OP.refused && w2 === OP.createContainer) later(kernel, pager, AGAIN);
  else if (op === OP.refused && w2 === OP.allocate) later(kernel, pager, ASK);
}

function later(kernel: Kernel, { id, retryAfter }: FinalPagerState, word: number): void {
  timerAt(kernel, termNow(kernel) + retryAfter, id, word);
}

/** Takes what is guaranteed to it, a frame at a time, before anybody asks for records. */
function fillHand(kernel: Kernel, { id, memoryPort, held, frames }: FinalPagerState): void {
  if (held < frames) send(kernel, id, memoryPort, OP.allocate, 0, 1, 0, 0, 0);
}

function want(kernel: Kernel, pager: FinalPagerState, page: number): void {
  if (pager.wanted !== NONE) return;
  pager.wanted = page;
  if (pager.pages.includes(page)) answer(kernel, pager);
  else bringIn(kernel, pager);
}

/** A frame for what is wanted: one in hand, or that of the oldest page; then what was in it and is to be. */
function bringIn(kernel: Kernel, pager: FinalPagerState): void {
  const { id, memoryPort, lockMax, spare, pages, slots, onSwap, wanted } = pager;
  if (pager.slot === NONE) {
    const slot = spare.pop();
    if (slot !== undefined) pager.slot = slot;
    else if (pages.length > 0) {
      pager.out = pages.shift() as number;
      pager.slot = slots.shift() as number;
    } else return;
  }
  if (pager.out === NONE && onSwap[wanted] === 0) keep(kernel, pager);
  else send(kernel, id, memoryPort, OP.createContainer, pager.slot, 1, TAG, 1, lockMax);
}

function handOn(kernel: Kernel, pager: FinalPagerState, weak: number): void {
  const { id, swapPort, out, wanted, onSwap } = pager;
  const hasCopy = onSwap[wanted] === 1;
  const went =
    out !== NONE && hasCopy
      ? sendCapability(kernel, id, swapPort, OP.exchange, weak, out, wanted, TAG)
      : out !== NONE
        ? sendCapability(kernel, id, swapPort, OP.store, weak, out, TAG, 0)
        : sendCapability(kernel, id, swapPort, OP.fetch, weak, wanted, TAG, 0);
  if (!went) later(kernel, pager, AGAIN);
}

/** What was to go out is out, and what is wanted is in; or neither, and it is tried again. */
function moved(kernel: Kernel, pager: FinalPagerState, reason: number): void {
  if (pager.wanted === NONE) return;
  if (reason !== DONE) return later(kernel, pager, AGAIN);
  if (pager.out !== NONE) pager.onSwap[pager.out] = 1;
  keep(kernel, pager);
}

function keep(kernel: Kernel, pager: FinalPagerState): void {
  pager.pages.push(pager.wanted);
  pager.slots.push(pager.slot);
  pager.slot = NONE;
  answer(kernel, pager);
}

function answer(kernel: Kernel, pager: FinalPagerState): void {
  const { id, primaryPort, wanted, out } = pager;
  pager.wanted = NONE;
  pager.out = NONE;
  send(kernel, id, primaryPort, OP.recordsIn, wanted, out + 1, 0, 0, 0);
}
