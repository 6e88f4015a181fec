/**
 * Frames: the swap server's own contract with the memory server, for those that its layers keep pages
 * in. Each layer has a part of the guarantee, one frame at least: pages that are nowhere else are in
 * those alone. Extras hold pages that are below as well.
 *
 *   contract -> contractIs -> allocate ... granted: the guarantee is in hand, and shared out
 *   a layer lacks a frame  -> allocate -> granted: an extra | refused: not before the grace is over
 *   notice(n, t)   -> n frames of written pages, in the same step; what is missing then (a guarantee
 *                     that has fallen) as pages are written, or at three quarters of the time to t
 *                     with what is in them: those pages are lost, and their tasks are told
 *   loss(slot)     -> what was in it alone is lost
 *
 * So the server is never in default, and never waits for memory that only its writing could free.
 */

import { OP } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import {
  adjustAll,
  agree,
  keeperOf,
  keepersFrom,
  type LeasedFrames,
  NOBODY,
  richest,
  roomOf,
} from './leased-frames.ts';
import { emptyRoom, type FrameRoom, NO_SLOT } from './stack/frame-room.ts';
import { type Stack, settle } from './stack/stack.ts';
import type { SwapServerState } from './state.ts';

/** Proposes the contract. Nothing may be in memory: what layers had to begin with is theirs no more. */
export function openFrames(
  kernel: Kernel,
  server: SwapServerState,
  frames: LeasedFrames,
  stack: Stack,
): void {
  frames.nodes.push(...keepersFrom(stack, 0));
  for (const node of frames.nodes) emptyRoom(roomOf(stack, node));
  propose(kernel, server, frames);
}

/** Handles what the memory server says about frames of its own. */
export function framesHeard(
  kernel: Kernel,
  server: SwapServerState,
  frames: LeasedFrames,
  stack: Stack,
  { op, w0, w1, w2, time }: Message,
): void {
  switch (op) {
    case OP.contractIs:
      return agree(frames, stack, w1);
    case OP.shrinkIs:
      return agree(frames, stack, Math.min(frames.agreed, w0));
    case OP.granted:
      return take(frames, stack, w1);
    case OP.refused:
      if (w2 !== OP.allocate) return;
      frames.askingFor = NOBODY;
      frames.retryAt = termNow(kernel) + frames.retryAfter;
      return;
    case OP.notice: {
      frames.owed += w0;
      const now = termNow(kernel);
      tendFrames(kernel, server, frames, stack);
      if (frames.owed > 0) timerAt(kernel, time - Math.floor((time - now) / 4), server.id, 0);
      return;
    }
    case OP.loss:
      return lose(frames, stack, w0);
    case OP.expired:
      agree(frames, stack, 0);
      return propose(kernel, server, frames);
  }
}

/** The time for writing is over: what is still owed goes with what is in it. */
export function surrender(
  kernel: Kernel,
  server: SwapServerState,
  frames: LeasedFrames,
  stack: Stack,
): void {
  tendFrames(kernel, server, frames, stack);
  while (frames.owed > 0) {
    const node = richest(frames, stack);
    const slot = node === NOBODY ? NO_SLOT : keeperOf(stack, node).lose(stack, node, NO_SLOT);
    if (slot === NO_SLOT) break;
    giveBack(kernel, server, frames, roomOf(stack, node), slot);
    frames.owed--;
  }
  settle(stack);
}

/** After every message: returns what is owed or of no use, asks for what is missing. */
export function tendFrames(
  kernel: Kernel,
  server: SwapServerState,
  frames: LeasedFrames,
  stack: Stack,
): void {
  while (frames.owed > 0 && frames.held > frames.agreed)
    if (!returnOne(kernel, server, frames, stack, richest(frames, stack))) break;
    else frames.owed--;
  if (frames.held <= frames.agreed) frames.owed = 0;
  for (const node of frames.nodes) {
    const room = roomOf(stack, node);
    if (room.held > Math.max(room.own, room.most)) returnOne(kernel, server, frames, stack, node);
  }
  ask(kernel, server, frames, stack);
}

function propose(kernel: Kernel, server: SwapServerState, frames: LeasedFrames): void {
  const { guaranteed, extra } = frames;
  send(kernel, server.id, server.memoryPort, OP.contract, guaranteed, extra, 0, 0, 0);
}

/** A frame has been granted, asked for or not. */
function take(frames: LeasedFrames, stack: Stack, slot: number): void {
  const { nodes, askingFor } = frames;
  const lacks = (node: number) => roomOf(stack, node).held < roomOf(stack, node).own;
  const node = nodes.find(lacks) ?? (askingFor === NOBODY ? (nodes[0] as number) : askingFor);
  const room = roomOf(stack, node);
  frames.askingFor = NOBODY;
  frames.held++;
  room.held++;
  room.free.push(slot);
  keeperOf(stack, node).adjust(stack, node);
  settle(stack);
}

function lose(frames: LeasedFrames, stack: Stack, slot: number): void {
  for (const node of frames.nodes) {
    const room = roomOf(stack, node);
    const at = room.free.indexOf(slot);
    if (at >= 0) room.free.splice(at, 1);
    else if (keeperOf(stack, node).lose(stack, node, slot) === NO_SLOT) continue;
    room.held--;
    frames.held--;
    frames.owed = Math.max(0, frames.owed - 1);
    break;
  }
  adjustAll(frames, stack);
}

/** Asks for one frame: of its guarantee, or an extra for a layer that has lacked one. */
function ask(kernel: Kernel, server: SwapServerState, frames: LeasedFrames, stack: Stack): void {
  const { nodes, agreed, extra, owed } = frames;
  if (frames.askingFor !== NOBODY || owed > 0) return;
  let node = nodes.find((one) => roomOf(stack, one).held < roomOf(stack, one).own);
  if (node === undefined || frames.held >= agreed) {
    if (frames.held - agreed >= extra || termNow(kernel) < frames.retryAt) return;
    node ??= nodes.find((one) => lacksFrames(roomOf(stack, one)));
  }
  if (node === undefined) return;
  frames.askingFor = node;
  send(kernel, server.id, server.memoryPort, OP.allocate, 0, 0, 0, 0, 0);
}

/** Every frame holds a page, and there is use for more of them. */
function lacksFrames({ free, held, most }: FrameRoom): boolean {
  return free.length === 0 && held < most;
}

/** Returns a frame of a node's that holds nothing, or a page that is below too. */
function returnOne(
  kernel: Kernel,
  server: SwapServerState,
  frames: LeasedFrames,
  stack: Stack,
  node: number,
): boolean {
  if (node === NOBODY) return false;
  const room = roomOf(stack, node);
  if (room.free.length === 0 && !keeperOf(stack, node).spare(stack, node)) return false;
  giveBack(kernel, server, frames, room, room.free.pop() as number);
  return true;
}

function giveBack(
  kernel: Kernel,
  server: SwapServerState,
  frames: LeasedFrames,
  room: FrameRoom,
  slot: number,
): void {
  room.held--;
  frames.held--;
  send(kernel, server.id, server.memoryPort, OP.returnFrames, slot, 0, 0, 0, 0);
}
