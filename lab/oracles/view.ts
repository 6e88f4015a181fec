/**
 * View: all that oracles read. They read, never write; what they remember is their own.
 *
 * Beside the kernel and the memory server stand facts that no run changes: which space a task has,
 * what its first touches hold, which of its pages are scratch.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';

export interface WatchedTask {
  readonly id: number;
  readonly name: string;
  /** First touches read the program's image from swap (else zeros). */
  readonly image: boolean;
  /** First touches are zeros; else whatever the task itself left in the frame. */
  readonly zeroFill: boolean;
  /** By page: 1 for scratch. */
  readonly scratch: Uint8Array;
  /** By page: 1 where its contents can be made anew. */
  readonly discardable: Uint8Array;
  /** It maps what others lent it, asks for runs of any size, and says of no page what it holds. */
  stirs: boolean;
}

/** What swap holds, by block: every page has one of its own. */
export interface SwapView {
  readonly stampLow: Uint32Array;
  readonly stampHigh: Uint32Array;
  /** 1 where swap has said that the page is lost. */
  readonly gone?: Uint8Array;
}

export interface OracleView {
  readonly kernel: Kernel;
  /** The memory server that tasks deal with; those it stands behind, the next above first. */
  readonly server: MemoryServerState;
  readonly above?: readonly MemoryServerState[];
  readonly swap: SwapView;
  /** By global page id: its block on swap; absent: each has the block of its own number. */
  readonly blocks?: Uint32Array | undefined;
  /** By address space. */
  readonly watched: readonly WatchedTask[];
}

/** The block that page `key` (a global id) has on swap, in the extent of whoever stores it there. */
export function blockOf({ blocks }: OracleView, key: number): number {
  return blocks === undefined ? key : blocks[key];
}

/** Id of the task of that name, or -1. */
export function idOf(view: OracleView, name: string): number {
  return view.kernel.state.tasks.findIndex((task) => task.name === name);
}

/**
 * Time that servers and the CPU may take over what a rule gives a time for: a few dozen messages,
 * traps and pages to zero or to copy; or, on the clock of references, a few of the longest runs.
 */
export function allowance(kernel: Kernel): number {
  if (kernel.state.countsReferences) return 256;
  const { trapNs, messageNs, mapNs, zeroNs, copyNs, referencePs } = kernel.costs;
  return 64 * (trapNs + messageNs + mapNs + zeroNs + copyNs + referencePs);
}
