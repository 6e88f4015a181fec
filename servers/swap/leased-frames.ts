/**
 * Leased frames: what a swap server has of frames for its layers, and how its guarantee is divided among
 * them.
 */

import type { FrameRoom } from './stack/frame-room.ts';
import type { FrameKeeper, Layer } from './stack/layer.ts';
import { type NodeState, type Stack, settle } from './stack/stack.ts';

/** No node has been asked for. */
export const NOBODY = -1;

export interface LeasedFrames {
  /** What it proposes. */
  readonly guaranteed: number;
  readonly extra: number;
  /** How long it asks for no extra after it has been refused one. */
  readonly retryAfter: number;
  /** Nodes of layers that keep pages, on this machine, from the top down. */
  readonly nodes: number[];
  /** The guarantee that it counts on; frames that it has. */
  agreed: number;
  held: number;
  /** Node that a frame has been asked for, or NOBODY. */
  askingFor: number;
  retryAt: number;
  /** Frames that notices have asked for and that have not been returned. */
  owed: number;
}

export function createLeasedFrames(
  guaranteed: number,
  extra: number,
  retryAfter: number,
): LeasedFrames {
  return {
    guaranteed,
    extra,
    retryAfter,
    nodes: [],
    agreed: 0,
    held: 0,
    askingFor: NOBODY,
    retryAt: 0,
    owed: 0,
  };
}

/** Nodes at and below `node` whose layers keep pages, those on other machines apart. */
export function keepersFrom(stack: Stack, node: number): number[] {
  const { layer, below } = stack.state.nodes[node] as NodeState;
  if (layer === 'remote') return [];
  const own = (stack.layers[node] as Layer).frames === undefined ? [] : [node];
  return [...own, ...below.flatMap((child) => keepersFrom(stack, child))];
}

/** So much is guaranteed: by shares, each layer one frame before any has two. */
export function agree(frames: LeasedFrames, stack: Stack, guaranteed: number): void {
  frames.agreed = guaranteed;
  const rooms = frames.nodes.map((node) => roomOf(stack, node));
  const all = rooms.reduce((sum, room) => sum + room.frames, 0);
  let left = guaranteed;
  for (const room of rooms) {
    // Where less is guaranteed than there are layers each goes on with one frame, at a risk.
    room.own = 1;
    left--;
  }
  left = Math.max(0, left);
  const share = left;
  for (const room of rooms) {
    const more = Math.min(room.frames - room.own, Math.floor((share * room.frames) / all));
    room.own += more;
    left -= more;
  }
  for (const room of rooms) {
    const more = Math.min(room.frames - room.own, left);
    room.own += more;
    left -= more;
  }
  adjustAll(frames, stack);
}

/** The node that has most beyond its own part, or NOBODY. */
export function richest({ nodes }: LeasedFrames, stack: Stack): number {
  let found = NOBODY;
  let most = 0;
  for (const node of nodes) {
    const { held, own } = roomOf(stack, node);
    if (held - own <= most) continue;
    most = held - own;
    found = node;
  }
  return found;
}

export function adjustAll({ nodes }: LeasedFrames, stack: Stack): void {
  for (const node of nodes) keeperOf(stack, node).adjust(stack, node);
  settle(stack);
}

export function keeperOf(stack: Stack, node: number): FrameKeeper {
  return (stack.layers[node] as Layer).frames as FrameKeeper;
}

export function roomOf(stack: Stack, node: number): FrameRoom {
  return keeperOf(stack, node).room(stack, node);
}
