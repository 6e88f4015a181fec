/**
 * Placeholders: frames that a client keeps though their turn has come (arbiters/lru-sp.ts).
 *
 *   named --returned--> gone
 *     `--another returned--> kept --used since--> forgotten
 *                              `--not yet--> the client gets no other's frame
 *
 * Where it is the asker's own turn it gives up what it likes, unseen, and keeps the named one too.
 * In Cao's file cache a placeholder stands for the block that was given up and points to the one
 * that was kept; here the server cannot tell what a frame is wanted for, so while one that was kept
 * is unused all that its client wants counts as what it gave up.
 */

import { lookAtUse } from '../../../nucleus/frame-use.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import type { Client } from '../state.ts';
import type { TurnsByUse } from './turns-state.ts';
import { swapPlaces } from './use-order.ts';

export interface PlaceholdersState {
  /** By client id: frames of which it has been told that it is their turn, and not answered. */
  readonly named: number[][];
  /** By client id: frames that it kept, oldest first; each as `stampOf` tells it apart. */
  readonly kept: number[][];
}

export function createPlaceholders(): PlaceholdersState {
  return { named: [], kept: [] };
}

/** `client` is told that it is this frame's turn. */
export function nameFrame(
  kernel: Kernel,
  { named }: PlaceholdersState,
  client: Client,
  frame: number,
): void {
  listOf(named, client.id).push(stampOf(kernel, frame));
}

/** Its notice is over: no turn of it is open. */
export function forgetNamed({ named }: PlaceholdersState, client: Client): void {
  listOf(named, client.id).length = 0;
}

/** `client` gives up `frame`: instead of the one named first, or that one. `keeps`: remember it. */
export function frameGivenUp(
  kernel: Kernel,
  byUse: TurnsByUse,
  client: Client,
  frame: number,
  keeps: boolean,
): void {
  const { order, placeholders } = byUse;
  const stamp = listOf(placeholders.named, client.id).shift();
  if (stamp === undefined) return;
  const named = frameOf(stamp);
  if (named === frame || !isThere(kernel, client, stamp)) return;
  swapPlaces(order, named, frame);
  if (keeps) keepFrame(kernel, byUse, client, named);
}

/** `client` keeps a frame whose turn it was. */
export function keepFrame(
  kernel: Kernel,
  { order, placeholders: { kept } }: TurnsByUse,
  client: Client,
  frame: number,
): void {
  const list = listOf(kept, client.id);
  // No more than it holds: of what has gone meanwhile nobody has told.
  if (list.length >= client.held) list.shift();
  list.push(stampOf(kernel, frame));
  order.kept[frame] = 1;
}

/** Whether `client` keeps a frame whose turn it was and that it has not used since. */
export function keepsUnused(
  kernel: Kernel,
  { order, placeholders: { kept } }: TurnsByUse,
  client: Client,
): boolean {
  const list = listOf(kept, client.id);
  for (;;) {
    const stamp = list[0];
    if (stamp === undefined) return false;
    const frame = frameOf(stamp);
    // A look that forgets nothing: the hand has to see it too.
    const isUnused = order.kept[frame] === 1 && !lookAtUse(kernel, frame, false);
    if (isUnused && isThere(kernel, client, stamp)) return true;
    list.shift();
  }
}

/** A frame in one pair of hands: its number, and how often it has changed them, modulo 2^8. */
function stampOf({ state }: Kernel, frame: number): number {
  return frame * 256 + (state.frames.generation[frame] as number);
}

function frameOf(stamp: number): number {
  return Math.floor(stamp / 256);
}

function isThere(kernel: Kernel, client: Client, stamp: number): boolean {
  const frame = frameOf(stamp);
  const { owner } = kernel.state.frames;
  return owner[frame] === client.id && stampOf(kernel, frame) === stamp;
}

function listOf(lists: number[][], id: number): number[] {
  while (lists.length <= id) lists.push([]);
  return lists[id] as number[];
}
