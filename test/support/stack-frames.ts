/** Frames of a stack under a contract: lent, called back and taken while a model looks on. */

import {
  agree,
  createLeasedFrames,
  keeperOf,
  keepersFrom,
  type LeasedFrames,
  richest,
  roomOf,
} from '../../servers/swap/leased-frames.ts';
import { emptyRoom, NO_SLOT } from '../../servers/swap/stack/frame-room.ts';
import { type Stack, settle } from '../../servers/swap/stack/stack.ts';

export interface StackFrames {
  readonly leased: LeasedFrames;
  slots: number;
}

/** So many frames are guaranteed, one for each layer that keeps pages at least. */
export function leaseFrames(stack: Stack, guaranteed: number): StackFrames {
  const leased = createLeasedFrames(0, 0, 0);
  leased.nodes.push(...keepersFrom(stack, 0));
  for (const node of leased.nodes) emptyRoom(roomOf(stack, node));
  const frames = { leased, slots: 0 };
  agree(leased, stack, Math.max(guaranteed, leased.nodes.length));
  for (const node of leased.nodes)
    while (roomOf(stack, node).held < roomOf(stack, node).own) lend(frames, stack, node);
  return frames;
}

/** One frame more for the layer at a place. */
export function lendOne(frames: StackFrames, stack: Stack, place: number): void {
  const { nodes } = frames.leased;
  if (nodes.length > 0) lend(frames, stack, nodes[place % nodes.length] as number);
}

function lend(frames: StackFrames, stack: Stack, node: number): void {
  const room = roomOf(stack, node);
  room.held++;
  room.free.push(frames.slots++);
  keeperOf(stack, node).adjust(stack, node);
  settle(stack);
}

/** An extra is called back: it holds nothing that is nowhere else. */
export function callOne({ leased }: StackFrames, stack: Stack): void {
  const node = richest(leased, stack);
  if (node < 0) return;
  const room = roomOf(stack, node);
  if (room.free.length === 0 && !keeperOf(stack, node).spare(stack, node))
    throw new Error('an extra holds what is nowhere else');
  room.free.pop();
  room.held--;
  settle(stack);
}

/** A frame is taken, the oldest unwritten page's if there is one; another one is granted for it. */
export function takeOne(frames: StackFrames, stack: Stack, place: number): void {
  const { nodes } = frames.leased;
  if (nodes.length === 0) return;
  const node = nodes[place % nodes.length] as number;
  const room = roomOf(stack, node);
  if (keeperOf(stack, node).lose(stack, node, NO_SLOT) === NO_SLOT) room.free.pop();
  room.held--;
  lend(frames, stack, node);
}
