/** State of the physical memory server: plain data, sized by tasks and containers. */

import type { Terms } from '../../contracts/terms.ts';
import { type Account, createLedger, type LedgerState } from './ledger.ts';

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
  term: number;
  expiresAt: number;
  renewed: boolean;
  /** Guarantee and extras to be, while SHRINKING. */
  nextGuaranteed: number;
  nextExtra: number;
  shrinkAt: number;
  /** Bumped whenever a timer of the contract, or of the notice, no longer counts. */
  contractSerial: number;
  noticeSerial: number;
  noticeDeadline: number;
  /** Missed a deadline under penalty none: asked no more until it returns something. */
  inDefault: boolean;
  /** The request that waits for frames: order, or -1. */
  waitingOrder: number;
  waitingZero: number;
  waitingTag: number;
  waitingSince: number;
}

export const CONTAINER_FREE = 0;
export const CONTAINER_PRIVATE = 1;
export const CONTAINER_SHARED = 2;
export const CONTAINER_LOCKED = 3;

export interface ContainersState {
  readonly status: Uint8Array;
  readonly owner: Uint8Array;
  readonly holder: Uint8Array;
  readonly slot: Int32Array;
  readonly frame: Int32Array;
  readonly generation: Uint32Array;
  readonly version: Uint32Array;
  readonly lockMax: Float64Array;
  readonly lockedUntil: Float64Array;
  /** The one timer for lock limits: when it runs out, or Infinity. */
  timerAt: number;
  /** Lowest id that may be free. */
  freeHint: number;
}

/** Test-only switches: each turns one rule off so that an oracle can be seen to notice. */
export type PlantedBug =
  | 'over-admission'
  | 'grant-mapped-frame'
  | 'no-zero-for-strangers'
  | 'forget-deadline'
  | 'deny-guarantee'
  | 'leak-on-return'
  | 'shrink-at-once'
  | 'keep-dead-frames'
  | 'lock-without-end'
  | 'stale-tlb'
  | 'lose-clean-bit'
  | 'swap-wrong-block';

export interface MemoryServerState {
  /** Its own task id. */
  readonly id: number;
  readonly terms: Terms;
  readonly ledger: LedgerState;
  /** By task id; null for servers that hold no memory. */
  readonly clients: (Client | null)[];
  /** Ids of clients whose request waits, oldest first. */
  readonly waiting: number[];
  readonly containers: ContainersState;
  readonly planted: PlantedBug | null;
}

export function createMemoryServerState(
  id: number,
  frames: number,
  terms: Terms,
  containers: number,
  planted: PlantedBug | null,
): MemoryServerState {
  return {
    id,
    terms,
    ledger: createLedger(frames),
    clients: [],
    waiting: [],
    containers: {
      status: new Uint8Array(containers),
      owner: new Uint8Array(containers),
      holder: new Uint8Array(containers),
      slot: new Int32Array(containers),
      frame: new Int32Array(containers),
      generation: new Uint32Array(containers),
      version: new Uint32Array(containers),
      lockMax: new Float64Array(containers),
      lockedUntil: new Float64Array(containers),
      timerAt: Number.POSITIVE_INFINITY,
      freeHint: 0,
    },
    planted,
  };
}

/** The client record of a task, made at its first message. */
export function clientOf(server: MemoryServerState, id: number): Client {
  while (server.clients.length <= id) server.clients.push(null);
  const known = server.clients[id];
  if (known !== null && known !== undefined) return known;
  const client: Client = {
    id,
    guaranteed: 0,
    extra: 0,
    held: 0,
    noticed: 0,
    status: NONE,
    term: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    renewed: false,
    nextGuaranteed: 0,
    nextExtra: 0,
    shrinkAt: 0,
    contractSerial: 0,
    noticeSerial: 0,
    noticeDeadline: 0,
    inDefault: false,
    waitingOrder: -1,
    waitingZero: 0,
    waitingTag: 0,
    waitingSince: 0,
  };
  server.clients[id] = client;
  return client;
}
