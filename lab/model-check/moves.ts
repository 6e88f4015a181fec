/**
 * Moves: all that can happen next in a world. One move is one step of real code: a message is
 * delivered, a deadline comes, a device is done; or something of the outside world: a client acts,
 * a program touches a page, a client dies.
 *
 *   move   31     24 23        8 7        0
 *         | kind 8  |  what 16  | detail 8 |
 */

import { OP } from '../../contracts/messages.ts';
import { WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { fireEvent } from '../../nucleus/clock.ts';
import { listSerial } from '../../nucleus/dma-lists.ts';
import { DEVICE_DONE, FAULT, TIMER } from '../../nucleus/kernel.ts';
import { killServer, killTask } from '../../nucleus/life.ts';
import { createMessage, type Message } from '../../nucleus/messages.ts';
import { isAlive, isOver } from '../../nucleus/tasks.ts';
import { resolvePages } from '../../servers/memory/containers/page-containers.ts';
import { LOCKED } from '../../servers/memory/containers/page-state.ts';
import { peekTime } from '../../sim-hw/event-queue.ts';
import { type Codec, restore } from './canonical-state.ts';
import { NOW, OTHER, TIGHT } from './deadlines.ts';
import { channelOf, isHeard, messageAt } from './message-state.ts';
import { PLACED, pageMoments } from './page-limits.ts';
import { possibleTouches, touchPage } from './pager-client.ts';
import { act, possibleActions } from './script.ts';
import { FIRST, MEMORY, SWAP, type World } from './world.ts';
import { DISK_BLOCKS } from './world-servers.ts';

export const DELIVER = 0;
export const DEADLINE = 1;
export const DEVICE = 2;
export const ACTION = 3;
export const DEATH_MOVE = 4;

/** Detail of a delivery: the last fault that a refused pager lets pass. */
const LAST_TO_PASS = 1;
/** Detail of a delivery: no time is left for the lock before a notice ends. */
const NO_TIME = 2;
/** Detail of a device's end: it reports an error. */
const FAILS = 1;
/** Detail of a delivery, plus a rank: the lock or lifetime that is set ends before that moment. */
const EARLY = 3;

export function kindOf(move: number): number {
  return move >>> 24;
}

export function whatOf(move: number): number {
  return (move >>> 8) & 0xffff;
}

export function detailOf(move: number): number {
  return move & 0xff;
}

function moveOf(kind: number, what: number, detail: number): number {
  return (kind << 24) | (what << 8) | detail;
}

const channels: number[] = [];
const actions: number[] = [];

/** Fills `moves` with what can happen next. The codec has just restored or saved the state. */
export function possibleMoves(codec: Codec, moves: number[]): void {
  const { world, deadlines } = codec;
  moves.length = 0;
  const { queue, tasks, deviceEvents } = world.kernel.state;
  channels.length = 0;
  for (let place = 0; place < queue.count; place++) {
    const message = messageAt(world, place);
    const channel = channelOf(world, message);
    if (!isHeard(world, message) || channels.includes(channel)) continue;
    channels.push(channel);
    moves.push(moveOf(DELIVER, channel, 0));
    const pager = world.pagers[message.to - FIRST];
    if (message.op === FAULT && pager && pager.refusedFor > 0)
      moves.push(moveOf(DELIVER, channel, LAST_TO_PASS));
    if (mayBeLate(world, message)) moves.push(moveOf(DELIVER, channel, NO_TIME));
    if (!world.plan.lifetimes || !setsLimit(message)) continue;
    for (let rank = 0; rank < pageMoments(world); rank++)
      moves.push(moveOf(DELIVER, channel, EARLY + rank));
  }
  if (world.plan.order === 'drained' && moves.length > 0) return;
  for (let kind = 0; kind < OTHER; kind++)
    for (let i = 0; i < deadlines.lists[kind].length; i++) moves.push(moveOf(DEADLINE, kind, i));
  for (let i = 0; 2 * i < deadlines.others.length; i++) moves.push(moveOf(DEADLINE, OTHER, i));
  // A device that is never done: the file server sits on what it has locked.
  const isStuck = world.files !== null && world.plan.sits;
  for (let i = 0; i < deviceEvents.size && !isStuck; i++) {
    const operation = deviceEvents.bs[deviceEvents.slots[i]];
    moves.push(moveOf(DEVICE, operation, 0));
    if (world.files !== null) moves.push(moveOf(DEVICE, operation, FAILS));
  }
  for (let index = 0; index < world.records.length; index++) {
    if (!isAlive(tasks[FIRST + index])) continue;
    actions.length = 0;
    if (world.pagers[index] === null) possibleActions(world, index, actions);
    else possibleTouches(world, index, actions);
    for (const action of actions) moves.push(moveOf(ACTION, index, action));
    if (world.plan.clients[index].mayDie) moves.push(moveOf(DEATH_MOVE, FIRST + index, 0));
  }
  if (world.plan.serverMayDie && !isOver(tasks[SWAP])) moves.push(moveOf(DEATH_MOVE, SWAP, 0));
}

/** The client whose own doing a move is, or -1. A death is nobody's. */
export function moverOf(move: number): number {
  return kindOf(move) === ACTION ? whatOf(move) : -1;
}

/** Restores the state at `bytes[at...]` in such a way that `move` can be made in it. */
export function restoreFor(codec: Codec, bytes: Uint8Array, at: number, move: number): void {
  const kind = kindOf(move);
  if (kind === DEADLINE) restore(codec, bytes, at, whatOf(move), detailOf(move));
  else if (kind === DEVICE) restore(codec, bytes, at, -1, 0, whatOf(move));
  else restore(codec, bytes, at, kind === DELIVER ? nextAt(detailOf(move)) : -1);
}

function nextAt(detail: number): number {
  if (detail >= EARLY) return PLACED - (detail - EARLY);
  return detail === NO_TIME ? TIGHT : -1;
}

/** Whether the message sets a moment that is compared with those of containers of pages. */
function setsLimit({ op, to }: Message): boolean {
  return to === MEMORY && (op === OP.lockPages || op === OP.openContainer);
}

/** A lock on extras has to fit before its owner's notice, which may end any time [CONT21]. */
function mayBeLate({ kernel, memory, records }: World, { op, from, to, w0 }: Message): boolean {
  if (op !== OP.lockPages || to !== MEMORY) return false;
  const container = resolvePages(kernel, memory, from, w0, WEAK_PAGES);
  if (container === null || !container.extras || container.status === LOCKED) return false;
  return records[container.owner - FIRST].noticed > 0;
}

/** Makes a move in the state that was restored for it. */
export function makeMove(world: World, move: number): void {
  const { kernel, happened } = world;
  happened.granted.length = 0;
  happened.taken.length = 0;
  happened.leaked.length = 0;
  happened.moved = 0;
  happened.stale = kindOf(move) === DEVICE && isStale(world, whatOf(move));
  happened.foreign.length = 0;
  const what = whatOf(move);
  switch (kindOf(move)) {
    case DELIVER:
      return deliver(world, what, detailOf(move) === LAST_TO_PASS);
    case DEADLINE:
      kernel.state.nowNs = NOW;
      // A lifetime that ends under a lock ends unnoticed; the lock's end looks at it.
      if (peekTime(kernel.state.timers) <= NOW) fireEvent(kernel, kernel.state.timers, TIMER);
      return;
    case DEVICE:
      kernel.state.nowNs = NOW;
      if (detailOf(move) === FAILS) setBadBlocks(world, everyBlock);
      fireEvent(kernel, kernel.state.deviceEvents, DEVICE_DONE);
      return setBadBlocks(world, []);
    case ACTION:
      kernel.state.account = FIRST + what;
      if (world.pagers[what] === null) act(world, what, detailOf(move));
      else touchPage(world, what, detailOf(move));
      return;
    default:
      return what < FIRST ? killServer(kernel, what) : killTask(kernel, what);
  }
}

const everyBlock = Array.from({ length: DISK_BLOCKS }, (_, block) => block);

function setBadBlocks({ files }: World, blocks: number[]): void {
  if (files !== null) files.drive.medium.faults.badBlocks = blocks;
}

/** Whether the window that an operation was begun for has been closed or opened again since. */
function isStale({ kernel, swap, archive, files }: World, number: number): boolean {
  const { window, serial } =
    (archive?.requests ?? files?.requests.table)?.[number] ?? swap.operations[number];
  if (archive !== null || files !== null) return serial !== listSerial(kernel, window);
  return window >= 0 && serial !== kernel.state.windowSerial[window];
}

const delivered = createMessage();

/** What `deliverAll` does with one message, the oldest of its channel. */
function deliver(world: World, channel: number, isLastToPass: boolean): void {
  const { kernel } = world;
  const message = takeOldest(world, channel);
  const pager = world.pagers[message.to - FIRST];
  if (pager && isLastToPass) pager.refusedFor = 1;
  kernel.state.account = message.account;
  const receiver = kernel.receivers[message.to];
  receiver.step(kernel, receiver.state, message);
}

/** The oldest message of a channel that is heard; left in the queue. */
export function oldestOf(world: World, channel: number): Message {
  return messageAt(world, placeOf(world, channel));
}

function placeOf(world: World, channel: number): number {
  let place = 0;
  for (;;) {
    const message = messageAt(world, place);
    if (channelOf(world, message) === channel && isHeard(world, message)) return place;
    place++;
  }
}

/** Takes it out. Its record may be used again while the receiver reads: hence the copy. */
function takeOldest(world: World, channel: number): Message {
  const { queue } = world.kernel.state;
  const { ring } = queue;
  const mask = ring.length - 1;
  const place = placeOf(world, channel);
  const taken = ring[(queue.head + place) & mask];
  Object.assign(delivered, taken);
  for (let at = place; at + 1 < queue.count; at++)
    ring[(queue.head + at) & mask] = ring[(queue.head + at + 1) & mask];
  ring[(queue.head + queue.count - 1) & mask] = taken;
  queue.count--;
  return delivered;
}
