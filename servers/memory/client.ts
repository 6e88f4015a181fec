/**
 * Client: what the memory server knows of a task that deals with it.
 *
 * First what every operation reads, so that it lies together in a line or two of the cache; what
 * belongs to one matter only (its notice, its shrinking, its wish, its request, its purse) is a
 * record of its own, which most clients never have.
 */

import { holdingDoubles } from '../../sim-hw/shape.ts';
import type { Account } from './ledger.ts';

/**
 * Life of a contract (section 14 of the lineage):
 *
 *   NONE --propose--> ACTIVE --smaller G--> SHRINKING --grace--> ACTIVE'
 *                       |  ^---renew---/
 *                       +--term over--> EXPIRED --propose--> ACTIVE
 *   any --death--> GONE
 */
export const NONE = 0;
export const ACTIVE = 1;
export const SHRINKING = 2;
export const EXPIRED = 3;
export const GONE = 4;

export interface Client extends Account {
  status: number;
  /** The request that waits for frames: order, or -1. */
  waitingOrder: number;
  /** Missed a deadline under penalty none: asked no more until it returns something. */
  inDefault: boolean;
  /** What it counts for with arbiters that weigh. */
  weight: number;
  /** How often it will yet be asked without being waited for (penalty karma). */
  karma: number;
  /** The child contract its frames are drawn on, or -1: its own contract (child-contract.ts). */
  child: number;
  renewed: boolean;
  expiresAt: number;
  term: number;
  /** What an arbiter that looks around holds against it (claims.ts); 0: nothing. */
  standing: number;
  /** Marks of unused runs it has set, or more; 0: it has none. */
  unused: number;
  /** What it asked for last; the policy may allow less, or nothing yet (policy.ts). */
  readonly wish: Wish;
  /** Each of these null until it is first needed. */
  request: Request | null;
  notice: Notice | null;
  shrink: Shrink | null;
  purse: Purse | null;
  /** Child contracts split off its own contract, and how many there are in the whole tree. */
  readonly children: number[];
  treeSize: number;
  /** Guarantee of its own that children have. */
  splitOff: number;
  /** Bytes of the records that are kept for it (metadata.ts), and the most there have been. */
  metadata: number;
  metadataMost: number;
}

export interface Wish {
  guaranteed: number;
  extra: number;
  term: number;
  /** It has been refused because nothing has been decided yet. */
  asking: boolean;
}

/** The request that waits: it counts while `waitingOrder` is not -1. */
export interface Request {
  zero: number;
  tag: number;
  since: number;
  /** Clients that wait right before and after it, or -1 (waiting-requests.ts). */
  before: number;
  next: number;
}

/** The notice that runs: it counts while `noticed` is not 0. */
export interface Notice {
  deadline: number;
  /** The deadline has moved on to this moment (writing.ts); 0: it has not. */
  sparedUntil: number;
  /** Time its thread had waited for the CPU when the notice came. */
  starved: number;
  /** Frames that it asked for in all. */
  goal: number;
  /** Requests for frames the client has left, under penalty karma. */
  window: number;
  /** It asks for clean frames alone. */
  clean: boolean;
}

/** What the contract shrinks to, and when: it counts while SHRINKING. */
export interface Shrink {
  guaranteed: number;
  extra: number;
  at: number;
}

/** Where frames have a price (purse.ts): credits, credits a second, frames x ticks. */
export interface Purse {
  budget: number;
  income: number;
  frameTicks: number;
  chargedAt: number;
}

export function createClient(id: number): Client {
  return holdingDoubles<Client>(
    {
      id,
      guaranteed: 0,
      extra: 0,
      held: 0,
      noticed: 0,
      status: NONE,
      waitingOrder: -1,
      inDefault: false,
      weight: 1,
      karma: 0,
      child: -1,
      renewed: false,
      expiresAt: Number.POSITIVE_INFINITY,
      term: 0,
      standing: 0,
      unused: 0,
      wish: holdingDoubles({ guaranteed: 0, extra: 0, term: 0, asking: false }, 'term'),
      request: null,
      notice: null,
      shrink: null,
      purse: null,
      children: [],
      treeSize: 0,
      splitOff: 0,
      metadata: 0,
      metadataMost: 0,
    },
    'expiresAt',
    'term',
    'standing',
  );
}

/** A client's record of its request, made when it is first needed; so the others. */
export function requestOf(client: Client): Request {
  client.request ??= holdingDoubles({ zero: 0, tag: 0, since: 0, before: -1, next: -1 }, 'since');
  return client.request;
}

export function noticeOf(client: Client): Notice {
  client.notice ??= holdingDoubles(
    { deadline: 0, sparedUntil: 0, starved: 0, goal: 0, window: 0, clean: false },
    'deadline',
    'sparedUntil',
    'starved',
  );
  return client.notice;
}

export function shrinkOf(client: Client): Shrink {
  client.shrink ??= holdingDoubles({ guaranteed: 0, extra: 0, at: 0 }, 'at');
  return client.shrink;
}

export function purseOf(client: Client): Purse {
  client.purse ??= holdingDoubles(
    { budget: Number.POSITIVE_INFINITY, income: 0, frameTicks: 0, chargedAt: 0 },
    'budget',
    'income',
    'frameTicks',
    'chargedAt',
  );
  return client.purse;
}
