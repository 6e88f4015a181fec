/**
 * Canonical state of messages under way: channel by channel, in the order sent. Between channels
 * there is no order to keep, since the explorer may deliver the oldest of each.
 */

import { OP } from '../../contracts/messages.ts';
import { windowSerial } from '../../nucleus/dma.ts';
import { listSerial } from '../../nucleus/dma-lists.ts';
import { FAULT } from '../../nucleus/kernel.ts';
import { enqueue, type Message, newest } from '../../nucleus/messages.ts';
import { isAlive, isOver } from '../../nucleus/tasks.ts';
import { versionCode } from './files-state.ts';
import { cell, type Tape } from './tape.ts';
import { SWAP, type World } from './world.ts';

/** Number of the channel that a message is in: of its sender and receiver, or the only one. */
export function channelOf(world: World, message: Message): number {
  const { from, to } = message;
  return world.plan.order === 'channel' ? 16 * from + to : 0;
}

/** Whether anybody will hear the message. */
export function isHeard(world: World, { op, from, to }: Message): boolean {
  const { tasks } = world.kernel.state;
  return !isOver(tasks[to]) && !(op === FAULT && !isAlive(tasks[from]));
}

/** The message at `place`, from the oldest on. */
export function messageAt(world: World, place: number): Message {
  const { ring, head } = world.kernel.state.queue;
  return ring[(head + place) & (ring.length - 1)];
}

const places: number[] = [];

export function visitMessages(tape: Tape, world: World): void {
  const { queue } = world.kernel.state;
  if (tape.saves) {
    places.length = 0;
    for (let place = 0; place < queue.count; place++)
      if (isHeard(world, messageAt(world, place))) places.push(place);
    const channel = (place: number) => channelOf(world, messageAt(world, place));
    places.sort((a, b) => channel(a) - channel(b) || a - b);
    cell(tape, places.length);
    for (const place of places) saveMessage(tape, world, messageAt(world, place));
    return;
  }
  queue.head = 0;
  queue.count = 0;
  for (let left = cell(tape, 0); left > 0; left--) restoreMessage(tape, world);
}

/** Of a time only whether there is one: durations are fixed, and moments nobody reads. */
function saveMessage(tape: Tape, world: World, message: Message): void {
  const { op, from, to, w0, w1, w2, w3, time, cameAlong } = message;
  cell(tape, op);
  cell(tape, from);
  cell(tape, to);
  cell(tape, w0);
  cell(tape, w1);
  const toFiles = world.files !== null && to === SWAP;
  // Versions of containers; and which opening of a window: the present one, or one that is over.
  const locked = toFiles ? versionCode(world, w0, w2) : 0;
  const stands = toFiles ? versionCode(world, w0, w3) : 0;
  cell(tape, op === OP.locked ? locked : w2);
  if (op === OP.locked) cell(tape, isPresent(world, w1, w3) ? 1 : 0);
  else cell(tape, op === OP.containerStands ? stands : tellsVersion(op) ? 0 : w3);
  cell(tape, (time > 0 ? 1 : 0) + (cameAlong ? 2 : 0));
}

function tellsVersion(op: number): boolean {
  return op === OP.pagesDone;
}

function isPresent({ kernel }: World, window: number, opening: number): boolean {
  const isList = window >= kernel.state.windowFrame.length;
  return (isList ? listSerial : windowSerial)(kernel, window) === opening;
}

function restoreMessage(tape: Tape, world: World): void {
  const op = cell(tape, 0);
  const from = cell(tape, 0);
  const to = cell(tape, 0);
  const w0 = cell(tape, 0);
  const w1 = cell(tape, 0);
  const w2 = cell(tape, 0);
  const w3 = cell(tape, 0);
  const bits = cell(tape, 0);
  const time = (bits & 1) === 0 ? 0 : durationIn(world, op);
  const { queue } = world.kernel.state;
  enqueue(queue, op, from, to, to, w0, w1, w2, w3, time);
  if (bits >= 2) newest(queue).cameAlong = true;
}

function durationIn({ durations }: World, op: number): number {
  if (op === OP.contract) return durations.term;
  if (op === OP.openContainer) return durations.lifetime;
  if (op === OP.sealContainer || op === OP.lockPages) return durations.pageLock;
  if (op === OP.createContainer || op === OP.lockContainer) return durations.lock;
  return 1;
}
