/**
 * A reader: a client that reads a file straight from the disk server, several requests ahead, into
 * containers of its own, from the first block to the last and again from the first (Nemesis' file
 * client, lineage E8). It looks at nothing of what it reads; its program is another matter, and its
 * pager's.
 *
 *   a box:  open -> fill -> seal -> share -> diskRead ... diskDone (the capability comes back)
 *                                     ^         `--> the next part, at once or when it is time
 *                                     `-- the capability did not come back: later
 *
 * The frames in the boxes are guaranteed to the client as all others are, and its pager knows of as
 * many fewer.
 */

import { spanOf } from '../../contracts/disk-messages.ts';
import { ALLOCATE_ALL, OP } from '../../contracts/messages.ts';
import { DONE } from '../../contracts/refusals.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { createMessage, type Message } from '../../nucleus/messages.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { type ClientStep, type ContractWish, clientStep } from '../pager/memory-control.ts';

/** Tag of messages about the first box; the next ones follow. */
const READ_TAG = 1 << 21;
/** Timer word of the first box; the number of another one is added 256 times. */
const GO_ON = 22;
const NO_BOX = -1;

/** A container that is filled part by part. */
interface Box {
  /** The client's own capability to it, or NO_BOX; the one that servers get, while it is here. */
  own: number;
  weak: number;
  isFilled: boolean;
  isSealed: boolean;
}

export interface Reading {
  /** Blocks of the file, and of one request. */
  readonly blocks: number;
  readonly length: number;
  /** Ticks of the clock of terms between two requests, or 0: as soon as the last one is answered. */
  readonly every: number;
  readonly lockMax: number;
  readonly boxes: Box[];
  port: number;
  begun: boolean;
  /** First block of the next request, and the first moment for it. */
  next: number;
  nextAt: number;
}

export interface ReaderWish extends ContractWish {
  readonly reading: Reading;
}

/** `ahead` requests of `length` blocks. */
export function createReading(
  blocks: number,
  length: number,
  ahead: number,
  every: number,
  lockMax: number,
): Reading {
  const box = (): Box => ({ own: NO_BOX, weak: NO_BOX, isFilled: false, isSealed: false });
  return {
    blocks,
    length,
    every,
    lockMax,
    boxes: Array.from({ length: ahead }, box),
    port: -1,
    begun: false,
    next: 0,
    nextAt: 0,
  };
}

/** Receiver step of a reader. */
export function readerStep(code: PagerCode): ClientStep {
  const inner = clientStep(code);
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { reading } = pager.owner as ReaderWish;
    if (takeMessage(kernel, pager, reading, message)) return;
    const isContract = message.op === OP.contractIs && message.from !== NUCLEUS;
    inner(kernel, pager, isContract ? lessened(reading, message) : message);
    if (!isContract || reading.begun || message.w1 === 0) return;
    reading.begun = true;
    for (const number of reading.boxes.keys()) advance(kernel, pager, reading, number);
  };
}

/** The contract as the pager is to see it: without the frames of the boxes. */
function lessened({ boxes, length }: Reading, { from, w0, w1, w2, time }: Message): Message {
  const own = Math.max(0, w1 - boxes.length * length);
  return Object.assign(createMessage(), { op: OP.contractIs, from, w0, w1: own, w2, time });
}

/** Handles a message about the boxes; false: it is the pager's. */
function takeMessage(
  kernel: Kernel,
  pager: PagerState,
  reading: Reading,
  { op, from, w0, w1, w2 }: Message,
): boolean {
  const { boxes } = reading;
  if (from === NUCLEUS) {
    if (op !== TIMER || w0 % 256 !== GO_ON) return false;
    advance(kernel, pager, reading, Math.floor(w0 / 256));
    return true;
  }
  if (op === OP.diskDone) {
    const box = boxes[w1 - READ_TAG];
    if (box === undefined) return false;
    box.weak = w0;
    if (w2 === DONE) advance(kernel, pager, reading, w1 - READ_TAG);
    else later(kernel, pager, reading, w1 - READ_TAG);
    return true;
  }
  const byTag = w0 - READ_TAG;
  const number = byTag >= 0 ? byTag : boxes.findIndex(({ own }) => own === w0);
  const box = boxes[number];
  if (box === undefined) return false;
  if (op === OP.containerIs && byTag >= 0) {
    if (box.own === NO_BOX) box.own = w1;
    else if (!box.isSealed) box.isSealed = true;
    else box.weak = w2;
  } else if (op === OP.pagesDone && w1 === OP.allocatePages) box.isFilled = true;
  else if (op === OP.refused && isOfBoxes(w2, byTag)) {
    later(kernel, pager, reading, number);
    return true;
  } else return false;
  advance(kernel, pager, reading, number);
  return true;
}

function isOfBoxes(op: number, byTag: number): boolean {
  if (byTag < 0) return op === OP.allocatePages;
  return op === OP.openContainer || op === OP.sealContainer || op === OP.shareContainer;
}

/** The next step of a box. */
function advance(kernel: Kernel, pager: PagerState, reading: Reading, number: number): void {
  const { id, memoryPort } = pager;
  const { length, lockMax } = reading;
  const box = reading.boxes[number] as Box;
  const tag = READ_TAG + number;
  const ask = (op: number, w0: number, w1: number, w2: number, w3: number, time: number) =>
    send(kernel, id, memoryPort, op, w0, w1, w2, w3, time);
  if (box.own === NO_BOX) ask(OP.openContainer, length, NO_BOX, 0, tag, 0);
  else if (!box.isFilled) ask(OP.allocatePages, box.own, 0, length, ALLOCATE_ALL, 0);
  else if (!box.isSealed) ask(OP.sealContainer, box.own, tag, 0, 0, lockMax);
  else if (box.weak === NO_BOX) ask(OP.shareContainer, box.own, tag, 0, 0, 0);
  else read(kernel, pager, reading, number);
}

/** Asks for the next part, if it is time. */
function read(kernel: Kernel, { id }: PagerState, reading: Reading, number: number): void {
  const { blocks, length, every, lockMax, port, next, nextAt } = reading;
  const box = reading.boxes[number] as Box;
  const now = termNow(kernel);
  if (now < nextAt) return timerAt(kernel, nextAt, id, GO_ON + 256 * number);
  const span = spanOf(0, length, true);
  if (!sendCapability(kernel, id, port, OP.diskRead, box.weak, next, span, READ_TAG + number))
    return timerAt(kernel, now + lockMax, id, GO_ON + 256 * number);
  box.weak = NO_BOX;
  reading.next = next + 2 * length > blocks ? 0 : next + length;
  if (every > 0) reading.nextAt = Math.max(now, nextAt + every);
}

function later(kernel: Kernel, { id }: PagerState, { lockMax }: Reading, number: number): void {
  timerAt(kernel, termNow(kernel) + lockMax, id, GO_ON + 256 * number);
}
