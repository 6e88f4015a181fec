/**
 * Messages of the protocol: one definition each, a zod schema of bounded integers. The fields of a
 * schema, in order, are the words w0 to w3 of the message, but a time travels in the word of its
 * own; a schema's place in `messages` gives its op number.
 *
 * Who may send what to whom, what is refused and what it costs: SPEC.md. Every message costs one
 * `messageNs` of the cost profile; an answer is a message too.
 */

import { z } from 'zod';
import { diskMessages } from './disk-messages.ts';
import { emmiMessages } from './emmi-messages.ts';
import {
  block,
  CAPABILITY_MAX,
  capability,
  count,
  flag,
  length,
  order,
  ownOrControl,
  refusal,
  slot,
  tag,
  time,
} from './field-schemas.ts';
import { fileMessages } from './file-messages.ts';
import { mapMessages } from './map-messages.ts';
import { pageMessages } from './page-messages.ts';
import { pagerMessages } from './pager-messages.ts';
import { swapMessages } from './swap-messages.ts';
import { vmMessages, vmPortMessages } from './vm-messages.ts';

/** Op numbers below this belong to the nucleus. */
export const FIRST_OP = 16;

export { OWN_CONTRACT, TIME_MAX } from './field-schemas.ts';
export * from './file-messages.ts';
export * from './page-messages.ts';

/** In order of op number. Append; never reorder. */
export const messages = {
  // Client -> memory server.
  /** Proposes a contract, or another one in place of the present. term 0: without end. */
  contract: z.object({ guaranteed: count, extra: count, term: time, tag }),
  /** Renews the contract for another term. */
  renew: z.object({ tag }),
  /** Asks for a run of 2^order frames; zero 0: contents do not matter. */
  allocate: z.object({ order, zero: flag, tag }),
  /** Gives the run in a frame slot back. */
  returnFrames: z.object({ slot }),
  /**
   * Puts the run in `slot` into a new container; share 1: with a weak capability for a server;
   * once 1: it dissolves with its first lock.
   */
  createContainer: z.object({ slot, lockMax: time, share: flag, tag, once: flag }),
  /** Makes a weak capability to a container. */
  shareContainer: z.object({ container: capability, tag }),
  /** Takes the run out of the container again; every capability to it dies. */
  cancelContainer: z.object({ container: capability }),
  // Server that was handed a container -> memory server.
  /** Locks the frames for `duration` and opens a DMA window; unmap 1: nobody else may touch. */
  lockContainer: z.object({ container: capability, duration: time, unmap: flag, tag }),
  unlockContainer: z.object({ container: capability }),
  // Memory server -> client or server.
  contractIs: z.object({ tag, guaranteed: count, extra: count, expiresAt: time }),
  granted: z.object({ tag, slot, order, zeroed: flag }),
  /** `op` was refused for a reason of refusals.ts; index: of the page or pair it failed at. */
  refused: z.object({ tag, reason: refusal, op: z.int().min(0).max(255), index: count }),
  /**
   * Give back `count` frames of your choice until `deadline`; clean 1: clean ones alone; turn: the
   * slot, plus 1, whose turn it would be, or 0.
   */
  notice: z.object({
    count,
    deadline: time,
    cause: z.int().min(0).max(3),
    clean: flag,
    turn: count,
  }),
  /** The frames in `slot` were repossessed, written to or not; `remaining` more losses follow. */
  loss: z.object({ slot, remaining: count, modified: flag }),
  /** The contract has run out: everything held is due back when asked for. */
  expired: z.object({ held: count }),
  containerIs: z.object({ tag, container: capability, weak: z.int().min(-1).max(CAPABILITY_MAX) }),
  /** opening: which opening of the window this lock is; a transfer goes through no other. */
  locked: z.object({ tag, window: slot, version: count, opening: count }),
  // Client -> swap server (or whoever stands before it).
  /** Writes the container's page to `block` of the client's own extent. */
  store: z.object({ container: capability, block, tag }),
  /** Reads `block` into the container's page. */
  fetch: z.object({ container: capability, block, tag }),
  /** The block's contents are of no use any more. */
  discard: z.object({ block }),
  // Swap server -> client.
  /** reason 0: done; stored 1: what was to be written has been, whatever came after it. */
  swapped: z.object({ tag, reason: refusal, stored: flag }),
  // Client -> swap server.
  /** Writes the container's page to block `out`, then reads block `into` into its place. */
  exchange: z.object({ container: capability, out: block, into: block, tag }),
  // Client -> memory server, and the news of a soft reference's death.
  /** Gives the run in a slot back, and may ask to have it back as it was until it is reused. */
  releaseSoft: z.object({ slot }),
  /** Asks for the run of a soft reference. */
  revive: z.object({ slot, tag }),
  softGone: z.object({ slot }),
  /** unused 1: the run may be taken without a word; 0: it is wanted again, if it is there. */
  markUnused: z.object({ slot, unused: flag }),
  kept: z.object({ slot }),
  // Client -> memory server.
  /** Has the run in `slot` wired for `duration` from now on, or anew. */
  wire: z.object({ slot, tag, duration: time }),
  unwire: z.object({ slot }),
  // Memory server -> client.
  wired: z.object({ tag, slot, until: time }),
  /** The run in `slot` is wired no more: its time limit has come, or the guarantee has fallen. */
  unwired: z.object({ slot }),
  // Client -> memory server: child contracts. `control` -1: the sender's own contract.
  /** Splits a child contract off a contract; term 0: it lasts as long as that does. */
  splitContract: z.object({
    guaranteed: count,
    extra: count,
    control: ownOrControl,
    tag,
    term: time,
  }),
  /** Makes a second capability to a child contract: a shared budget. */
  copyControl: z.object({ control: capability, tag }),
  /** From now on the sender's frames are drawn on this child contract. */
  useControl: z.object({ control: capability, tag }),
  /** Another size for a child contract, out of what it was split from or back into it. */
  resizeContract: z.object({ control: capability, guaranteed: count, extra: count, tag }),
  /** Ends a child contract, or all of the sender's own, and takes its guarantee back. */
  foldContract: z.object({ control: ownOrControl, tag }),
  // Memory server -> client.
  /** A child contract as it is in force now; expiresAt 0: no end. */
  controlIs: z.object({
    tag,
    control: capability,
    guaranteed: count,
    extra: count,
    expiresAt: time,
  }),
  // Policy server -> memory server.
  /** Asks for the control of the policy: there is one capability to it. */
  getControl: z.object({ tag }),
  /** The holder of that capability decides from now on. */
  usePolicy: z.object({ control: capability, tag }),
  /** The fields of `task` in the table have changed. */
  decided: z.object({ control: capability, task: slot }),
  // Memory server -> policy server.
  /** Your capability; there are so many frames, and places for so many tasks in the table. */
  policyIs: z.object({ tag, control: capability, frames: count, tasks: count }),
  /** `task` has proposed a contract of this size, and holds so many frames. */
  asked: z.object({ task: slot, guaranteed: count, extra: count, held: count }),
  // Memory server -> client.
  /** It has been decided that your contract will be this small from `at` on; write out till then. */
  shrinkIs: z.object({ guaranteed: count, extra: count, at: time }),
  // Policy server -> its successor, a parent -> its child; the capability comes along.
  handControl: z.object({ control: capability }),
  // Client -> policy server.
  /** Wants advice, every period; on 0: no more. */
  subscribe: z.object({ on: flag }),
  // Policy server -> client.
  /** Frames there are for you; go there by 2^damping at most, 0: stay; stalls in thousandths. */
  advice: z.object({
    available: count,
    damping: z.int().min(0).max(24),
    some: z.int().min(0).max(1000),
    full: z.int().min(0).max(1000),
  }),
  // Client -> memory server.
  /** Asks what frames have cost it so far. */
  purse: z.object({ tag }),
  // Memory server -> client.
  /** Credits charged so far; empty 1: nothing is left, and nothing is lent. */
  purseIs: z.object({ tag, empty: flag, charged: time }),
  ...pageMessages,
  // Client -> client that splits parts off its contract; handControl answers.
  /** Wants the part that is meant for it. */
  askControl: z.object({ tag }),
  // Client -> memory server.
  /** It has no more clean frames to return than it has returned. */
  cleanSpent: z.object({ tag }),
  // Client -> memory server, and its answer.
  /** Asks for an aligned run of 2^order frames, each in a slot of its own; never waits. */
  reserveRun: z.object({ order, zero: flag, tag }),
  reserved: z.object({ tag, slot, order, zeroed: flag }),
  /** Gives the runs in `count` neighbouring slots back, those that are there. */
  returnRange: z.object({ slot, count: length }),
  ...swapMessages,
  ...diskMessages,
  ...fileMessages,
  ...mapMessages,
  ...pagerMessages,
  ...vmMessages,
  ...emmiMessages,
  ...vmPortMessages,
} as const;

export type MessageName = keyof typeof messages;

const names = Object.keys(messages) as MessageName[];

/** Op number of each message. */
export const OP = Object.fromEntries(names.map((name, i) => [name, FIRST_OP + i])) as {
  readonly [K in MessageName]: number;
};

export function messageName(op: number): MessageName | undefined {
  return names[op - FIRST_OP];
}

/** Causes of a notice. */
export const CAUSE_EXTRA = 0;
export const CAUSE_SHRINK = 1;
export const CAUSE_EXPIRY = 2;
/** For another that may borrow as well, and whose turn it is not. */
export const CAUSE_TURN = 3;
export const CAUSES = ['extra', 'shrink', 'expiry', 'turn'] as const;
