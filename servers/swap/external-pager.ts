/**
 * External pager: a server between pagers and swap that needs memory of its own to move theirs
 * (Mach's external memory managers; ext2fs of the Hurd). It speaks the swap server's protocol on
 * both sides. For each page it takes a buffer, one frame, works on it for a time of its own, and
 * hands the container on; it moves at most so many pages at a time, and the rest wait in order.
 *
 *   pager --store / fetch / exchange--> external pager --allocate--> memory server
 *                                            |  <----granted---------
 *                                            |  ... perPage ...
 *                                            |--store / fetch / exchange--> swap
 *   pager <---------swapped------------------|  <--------swapped-----------
 *                                            |--returnFrames--> memory server
 *
 * Without a reserve of frames that only this work may use it lacks a buffer just when memory is
 * short, and that is when it is asked: whoever must write a page to give a frame back waits for it,
 * and it for them [LAST1]. Left out: what it does with the data.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, MALFORMED } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import { reply, sendCapability } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { askForBuffer, fillReserve, loseBuffer, putBack, takeBuffer } from './external-buffers.ts';
import { type ExternalPagerState, NO_SLOT, type Passage } from './external-pager-state.ts';

/** Timer words: ask again; the work on a passage is done (256 times its number is added). */
const ASK = 1;
const WORKED = 2;

/** Receiver step of an external pager. */
export function externalPagerStep(kernel: Kernel, state: object, message: Message): void {
  const pager = state as ExternalPagerState;
  const { from, op, w0, w1, w2 } = message;
  const table = kernel.state.capabilities[pager.id] as CapabilityTable;
  if (from === NUCLEUS) {
    if (op === TIMER) timeCame(kernel, pager, w0);
  } else if (isRequest(op)) fromClient(kernel, pager, message);
  else if (from === table.object[pager.memoryPort]) fromMemory(kernel, pager, message);
  else if (from === table.object[pager.swapPort]) {
    if (op === OP.swapped) passBack(kernel, pager, w0, w1, w2);
  } else fromClient(kernel, pager, message);
}

/** A central pager lends it frames and has pages moved too: it is a client by what it says. */
function isRequest(op: number): boolean {
  return op === OP.store || op === OP.fetch || op === OP.exchange;
}

function timeCame(kernel: Kernel, pager: ExternalPagerState, word: number): void {
  if (word === ASK) {
    pager.asking = false;
    pump(kernel, pager);
  } else if (word % 256 === WORKED) passOn(kernel, pager, Math.floor(word / 256));
}

function fromMemory(kernel: Kernel, pager: ExternalPagerState, message: Message): void {
  const { op, w0, w1, w2 } = message;
  if (op === OP.contractIs) fillReserve(kernel, pager);
  else if (op === OP.granted) {
    takeBuffer(kernel, pager, w1);
    pump(kernel, pager);
  } else if (op === OP.refused && w2 === OP.allocate) {
    // It stays asking until then: one question at a time.
    timerAt(kernel, termNow(kernel) + pager.retryAfter, pager.id, ASK);
  } else if (op === OP.notice) pager.owed = w0;
  else if (op === OP.loss) loseBuffer(pager, w0);
}

function fromClient(kernel: Kernel, pager: ExternalPagerState, message: Message): void {
  const { op, from, w0, w1, w2, w3, cameAlong, account } = message;
  const isDead = isOver(kernel.state.tasks[from] as TaskState);
  if (!isValid(message) || !cameAlong || isDead || !isRequest(op)) {
    dropCapability(kernel, pager, cameAlong, w0);
    if (!isRefusal(message))
      reply(kernel, pager.id, from, OP.refused, 0, MALFORMED, op & 255, 0, 0);
    return;
  }
  const isExchange = op === OP.exchange;
  const tag = isExchange ? w3 : w2;
  const number = pager.passages.findIndex(({ client }) => client === 0);
  if (number < 0) {
    dropCapability(kernel, pager, true, w0);
    reply(kernel, pager.id, from, OP.swapped, tag, BUSY, 0, 0, 0);
    return;
  }
  const passage = pager.passages[number] as Passage;
  passage.client = from;
  passage.tag = tag;
  passage.op = op;
  passage.capability = w0;
  passage.page = w1;
  passage.into = isExchange ? w2 : 0;
  passage.account = account;
  pager.queue.push(number);
  pump(kernel, pager);
}

function dropCapability(
  kernel: Kernel,
  { id }: ExternalPagerState,
  cameAlong: boolean,
  capability: number,
): void {
  if (cameAlong) removeCapability(kernel.state.capabilities[id] as CapabilityTable, capability);
}

/** Begins with as many pages as there are buffers for; asks for one more if that is all it lacks. */
function pump(kernel: Kernel, pager: ExternalPagerState): void {
  const { queue, spare } = pager;
  while (queue.length > 0 && pager.working < pager.buffers) {
    const at = nextInTurn(pager);
    if (at < 0) return;
    const slot = spare.pop();
    if (slot === undefined) return askForBuffer(kernel, pager);
    const number = queue[at] as number;
    queue.splice(at, 1);
    const passage = pager.passages[number] as Passage;
    passage.slot = slot;
    passage.isWorked = true;
    pager.working++;
    if (pager.perPage === 0) passOn(kernel, pager, number);
    else {
      const word = WORKED + 256 * number;
      timerAt(kernel, termNow(kernel) + pager.perPage, pager.id, word);
    }
  }
}

/** Place in the queue of the oldest page whose client is below its laundry limit, or -1 [LAST4]. */
function nextInTurn({ queue, passages, laundry }: ExternalPagerState): number {
  return queue.findIndex((number) => {
    const { client } = passages[number] as Passage;
    let working = 0;
    for (const other of passages) if (other.client === client && other.isWorked) working++;
    return working < laundry;
  });
}

/** Its own work on the page is done: on to swap, on the time of whoever asked. */
function passOn(kernel: Kernel, pager: ExternalPagerState, number: number): void {
  const passage = pager.passages[number] as Passage;
  const { client, op, capability, account } = passage;
  const first = pager.base[client] ?? 0;
  workFor(kernel, pager.id, account);
  const isExchange = op === OP.exchange;
  const [w2, w3] = isExchange ? [first + passage.into, number] : [number, 0];
  const { id, swapPort } = pager;
  if (sendCapability(kernel, id, swapPort, op, capability, first + passage.page, w2, w3)) return;
  dropCapability(kernel, pager, true, capability);
  passBack(kernel, pager, number, BUSY, 0);
}

/** The page has been moved, or not: the answer goes back, and the buffer to the next one or home. */
function passBack(
  kernel: Kernel,
  pager: ExternalPagerState,
  number: number,
  reason: number,
  stored: number,
): void {
  const passage = pager.passages[number];
  if (passage === undefined || passage.client === 0) return;
  const { client, tag, slot } = passage;
  passage.client = 0;
  passage.isWorked = false;
  passage.slot = NO_SLOT;
  pager.working--;
  reply(kernel, pager.id, client, OP.swapped, tag, reason, stored, 0, 0);
  if (slot !== NO_SLOT) putBack(kernel, pager, slot);
  pump(kernel, pager);
}
