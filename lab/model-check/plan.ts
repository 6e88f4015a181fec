/**
 * Plans: what a small world is made of. A world is the nucleus, the memory server, a server that
 * moves pages and one to or three clients; a plan says what the clients may do, and who of them can be trusted.
 */

import type { Penalty } from '../../contracts/terms.ts';
import type { PlantedBug } from '../../servers/memory/state.ts';

/** What a scripted client does about notices, and to others. */
export type Manner = 'honest' | 'silent' | 'deaf' | 'liar';

export interface Wish {
  readonly guaranteed: number;
  readonly extra: number;
}

export type PageDeed =
  | 'ask'
  | 'fill'
  | 'put'
  | 'take'
  | 'cancel'
  | 'drop'
  | 'map'
  /** Its container has a lifetime. */
  | 'live'
  /** Its container is for one user alone: the server, or somebody else. */
  | 'name'
  /** A second container, into which pages of the first are copied, moved or shared. */
  | 'copy'
  | 'move'
  | 'share'
  /** It hands its peer, the next client, a part of its container; and copies from what it was handed. */
  | 'lend'
  | 'copyOut';

export interface ClientPlan {
  readonly name: string;
  /** A script (script.ts), or a real pager with a program that touches any page at any time. */
  readonly kind: 'script' | 'pager';
  readonly manner: Manner;
  /** Contracts it proposes; with more than one it goes from each to the next whenever it likes. */
  readonly wishes: readonly Wish[];
  /** Its contract has a term; it may renew it or not. */
  readonly term: boolean;
  /** Frames it asks for at most. */
  readonly framesMax: number;
  /** It also returns frames that nobody has asked back. */
  readonly returns: boolean;
  /** Containers: none, or handed to the server, made for one lock or for many; or of pages. */
  readonly containers: 'none' | 'once' | 'kept' | 'pages';
  /** Containers it makes in all, or how often it lends pages; 0: any number, one after the other. */
  readonly boxesMax: number;
  /** It begins a call while another one is under way; else it waits for its answer first. */
  readonly pipelined: boolean;
  readonly mayDie: boolean;
  /** Pages that its container has room for, and whether extras may be in it. */
  readonly places: number;
  readonly extras: boolean;
  /** What it may do to its container beside handing it over, and whether it asks for frames. */
  readonly deeds: readonly PageDeed[];
  /** Pages of its program (a pager's). */
  readonly pages: number;
}

export interface WorldPlan {
  readonly name: string;
  readonly summary: string;
  readonly frames: number;
  readonly penalty: Penalty;
  readonly containers: number;
  /** Operations that the swap server may have under way. */
  readonly operations: number;
  /**
   * channel: what one task sends another arrives in the order sent, all else in any order, with
   * anything else happening between. drained: as the nucleus does it, all arrives in the order sent
   * [CAP6], and nothing else happens while a message is under way.
   */
  readonly order: 'channel' | 'drained';
  /** What every client has at first: its contract, its frames too. Other worlds have the way there. */
  readonly settled: 'no' | 'contract' | 'frames';
  /** Who moves pages: the swap server, or an archive, which fills containers of pages. */
  readonly server: 'swap' | 'archive' | 'files';
  /** The archive sits on what it has locked. */
  readonly sits: boolean;
  /** Containers have lifetimes, named users; pages are copied, moved, shared. */
  readonly lifetimes: boolean;
  readonly users: boolean;
  readonly copies: boolean;
  /** That server may die, too. */
  readonly serverMayDie: boolean;
  readonly clients: readonly ClientPlan[];
}

/** The planted bugs that some world shows. */
export const plantedBugs = [
  'over-admission',
  'grant-mapped-frame',
  'no-zero-for-strangers',
  'forget-deadline',
  'deny-guarantee',
  'leak-on-return',
  'shrink-at-once',
  'keep-dead-frames',
  'lock-without-end',
  'lose-clean-bit',
  'swap-wrong-block',
  'window-outlives-holder',
  'lock-outlives-owner',
  'stale-serial',
  'window-outlives-lock',
  'page-lock-without-end',
  'lifetime-outlives-lock',
  'user-is-anybody',
  'copy-stays-writable',
  'payer-still-charged',
  'read-tampered',
] as const satisfies readonly PlantedBug[];

/** A client that does nothing but keep its contract; plans change what they are about. */
export const quietClient: ClientPlan = {
  name: 'client',
  kind: 'script',
  manner: 'honest',
  wishes: [{ guaranteed: 1, extra: 0 }],
  term: false,
  framesMax: 1,
  returns: false,
  containers: 'none',
  boxesMax: 0,
  pipelined: false,
  mayDie: false,
  places: 1,
  extras: false,
  deeds: [],
  pages: 0,
};
