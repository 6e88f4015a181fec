/** State of the physical memory server: plain data, sized by tasks and containers. */

import type { Terms } from '../../contracts/terms.ts';
import { holdingDoubles } from '../../sim-hw/shape.ts';
import { type Claims, createPagesState, type PagesState } from './containers/page-state.ts';
import { type ChildrenState, createChildren } from './contracts/child-contract.ts';
import type { PolicyControl } from './contracts/policy.ts';
import { type Account, createLedger, type LedgerState } from './ledger.ts';
import { createSoft, type SoftState } from './revocation/soft-runs.ts';
import { createVictims, type VictimsState } from './revocation/victims.ts';

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
  noticeDeadline: number;
  /** Time its thread had waited for the CPU when the notice came. */
  noticeStarved: number;
  /** Frames that the notice asked for in all. */
  noticeGoal: number;
  /** Requests for frames it has left, while a notice runs under penalty karma. */
  noticeWindow: number;
  /** Missed a deadline under penalty none: asked no more until it returns something. */
  inDefault: boolean;
  /** How often it will yet be asked without being waited for (penalty karma). */
  karma: number;
  /** Marks of unused runs it has set, or more; 0: it has none. */
  unused: number;
  /** What it counts for with arbiters that weigh. */
  weight: number;
  /** The request that waits for frames: order, or -1. */
  waitingOrder: number;
  waitingZero: number;
  waitingTag: number;
  waitingSince: number;
  /** The child contract its frames are drawn on, or -1: its own contract (children.ts). */
  child: number;
  /** Child contracts split off its own contract, and how many there are in the whole tree. */
  readonly children: number[];
  treeSize: number;
  /** Guarantee of its own that children have. */
  splitOff: number;
  /** What it asked for last; the policy may allow less, or nothing yet (policy.ts). */
  wishGuaranteed: number;
  wishExtra: number;
  wishTerm: number;
  asking: boolean;
  /** Its purse, where frames have a price (purse.ts): credits, credits a second, frames x ticks. */
  budget: number;
  income: number;
  frameTicks: number;
  chargedAt: number;
  /** Bytes of the records that are kept for it (metadata.ts), and the most there have been. */
  metadata: number;
  metadataMost: number;
}

export const CONTAINER_FREE = 0;
export const CONTAINER_PRIVATE = 1;
export const CONTAINER_SHARED = 2;
export const CONTAINER_LOCKED = 3;

/** Records, not typed arrays: a transfer reads several fields of one container, often. */
export interface Container {
  readonly id: number;
  status: number;
  owner: number;
  holder: number;
  /** Where the owner's capability was put. */
  capability: number;
  slot: number;
  frame: number;
  generation: number;
  version: number;
  /** Dissolves with its first lock. */
  once: boolean;
  lockMax: number;
  lockedUntil: number;
}

export interface ContainersState {
  /** By container id. */
  readonly records: Container[];
  /** The one timer for lock limits: when it runs out, or Infinity. */
  timerAt: number;
  /** Lowest id that may be free. */
  freeHint: number;
}

/** What one client has wired. */
export interface Wiring {
  /** By frame slot: the time limit, or -1. */
  until: Float64Array;
  /** Frames of all of them. */
  frames: number;
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
  | 'swap-wrong-block'
  | 'wire-without-limit'
  | 'stale-regeneration';

export interface MemoryServerState {
  /** Its own task id. */
  readonly id: number;
  readonly terms: Terms;
  readonly ledger: LedgerState;
  /** By task id; null for servers that hold no memory. */
  readonly clients: (Client | null)[];
  /** Ids of clients whose request waits, oldest first. */
  readonly waiting: number[];
  readonly victims: VictimsState;
  readonly containers: ContainersState;
  readonly soft: SoftState;
  /** By task id; null for who has never wired a frame. */
  readonly wirings: (Wiring | null)[];
  /** When the one timer for time limits of wires runs out, or Infinity. */
  wireTimerAt: number;
  readonly children: ChildrenState;
  /** Null where no policy server can take part. */
  policy: PolicyControl | null;
  /** Containers of pages, and what is in them. */
  readonly pages: PagesState;
  readonly planted: PlantedBug | null;
}

export function createMemoryServerState(
  id: number,
  frames: number,
  terms: Terms,
  containers: number,
  planted: PlantedBug | null,
  claims: Claims = 'first',
): MemoryServerState {
  return {
    id,
    terms,
    ledger: createLedger(frames),
    clients: [],
    waiting: [],
    victims: createVictims(),
    containers: {
      records: Array.from({ length: containers }, (_, id) => createRecord(id)),
      timerAt: Number.POSITIVE_INFINITY,
      freeHint: 0,
    },
    soft: createSoft(frames),
    wirings: [],
    wireTimerAt: Number.POSITIVE_INFINITY,
    children: createChildren(),
    policy: null,
    pages: createPagesState(claims),
    planted,
  };
}

function createRecord(id: number): Container {
  return holdingDoubles(
    {
      id,
      status: CONTAINER_FREE,
      owner: 0,
      holder: 0,
      capability: 0,
      slot: 0,
      frame: 0,
      generation: 0,
      version: 0,
      once: false,
      lockMax: 0,
      lockedUntil: 0,
    },
    'lockMax',
    'lockedUntil',
  );
}

/** The client record of a task, made at its first message. */
export function clientOf(server: MemoryServerState, id: number): Client {
  while (server.clients.length <= id) server.clients.push(null);
  const known = server.clients[id];
  if (known !== null && known !== undefined) return known;
  const client = holdingDoubles<Client>(
    {
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
      noticeDeadline: 0,
      noticeStarved: 0,
      noticeGoal: 0,
      noticeWindow: 0,
      inDefault: false,
      karma: 0,
      unused: 0,
      weight: 1,
      waitingOrder: -1,
      waitingZero: 0,
      waitingTag: 0,
      waitingSince: 0,
      child: -1,
      children: [],
      treeSize: 0,
      splitOff: 0,
      wishGuaranteed: 0,
      wishExtra: 0,
      wishTerm: 0,
      asking: false,
      budget: Number.POSITIVE_INFINITY,
      income: 0,
      frameTicks: 0,
      chargedAt: 0,
      metadata: 0,
      metadataMost: 0,
    },
    'term',
    'expiresAt',
    'shrinkAt',
    'noticeDeadline',
    'noticeStarved',
    'waitingSince',
    'wishTerm',
    'budget',
    'income',
    'frameTicks',
    'chargedAt',
  );
  server.clients[id] = client;
  return client;
}
