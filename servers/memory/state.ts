/** State of the physical memory server: plain data, sized by tasks and containers. */

import type { Terms } from '../../contracts/terms.ts';
import { holdingDoubles } from '../../sim-hw/shape.ts';
import { type Client, createClient } from './client.ts';
import { type Claims, createPagesState, type PagesState } from './containers/page-state.ts';
import { type ChildrenState, createChildren } from './contracts/child-contract.ts';
import type { PolicyControl } from './contracts/policy.ts';
import { createLedger, type LedgerState } from './ledger.ts';
import { createRanked, type RankedState } from './ranked.ts';
import { type BatchState, createBatch } from './revocation/batches.ts';
import { createSoft, type SoftState } from './revocation/soft-runs.ts';
import { createTurns, type TurnsState } from './revocation/turns-state.ts';
import { createWaiting, type WaitingState } from './revocation/waiting-requests.ts';
import type { UpstreamState } from './upstream/upstream.ts';

export { ACTIVE, type Client, EXPIRED, GONE, NONE, SHRINKING } from './client.ts';

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
  /** How many of them are locked. */
  locked: number;
  /** The one timer for lock limits: when it runs out, or Infinity. */
  timerAt: number;
  /** Lowest id that may be free. */
  freeHint: number;
  /** How many one owner may have: there are enough for everybody's share [CONT10]. */
  each: number;
  /** By task id: how many it has. */
  readonly ofOwner: number[];
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
  | 'stale-regeneration'
  | 'window-outlives-lock'
  | 'fold-leaks-guarantee'
  | 'dead-control-lives'
  | 'weak-may-allocate'
  | 'stale-version'
  | 'copy-stays-writable'
  | 'payer-still-charged'
  | 'purse-forgets'
  | 'lend-to-anybody'
  | 'soft-outlives-grant'
  | 'page-lock-without-end'
  | ScenarioBug;

/** Switches that need an interleaving which only the model checker tries (lab/model-check). */
export type ModelBug =
  | 'window-outlives-holder'
  | 'lock-outlives-owner'
  | 'stale-serial'
  | 'lifetime-outlives-lock'
  | 'user-is-anybody'
  | 'read-tampered';

/** Switches that oracles do not see: a scenario shows that somebody is worse off; or the model checker. */
export type ScenarioBug = 'full-force' | 'unpaid-upgrades' | ModelBug;

export interface MemoryServerState {
  /** Its own task id. */
  readonly id: number;
  readonly terms: Terms;
  readonly ledger: LedgerState;
  /** By task id; null for servers that hold no memory. */
  readonly clients: (Client | null)[];
  /** Clients whose request waits, oldest first. */
  readonly waiting: WaitingState;
  /** Who has something to give back (victims.ts). */
  readonly victims: RankedState;
  /** Null where extras are not moved between clients (arbiters). */
  readonly turns: TurnsState | null;
  readonly batch: BatchState;
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
  /** The server that it stands behind; null: its frames are the machine's. */
  upstream: UpstreamState | null;
  /** Which memory server of the machine it is, of how many: what it makes is numbered so. */
  readonly place: number;
  readonly places: number;
  readonly planted: PlantedBug | null;
}

export function createMemoryServerState(
  id: number,
  frames: number,
  terms: Terms,
  containers: number,
  planted: PlantedBug | null,
  claims: Claims = 'first',
  place = 0,
  places = 1,
): MemoryServerState {
  return {
    id,
    terms,
    ledger: createLedger(frames),
    clients: [],
    waiting: createWaiting(),
    victims: createRanked(),
    turns: createTurns(frames, terms),
    batch: createBatch(),
    containers: {
      records: Array.from({ length: containers }, (_, id) => createRecord(id * places + place)),
      locked: 0,
      timerAt: Number.POSITIVE_INFINITY,
      freeHint: 0,
      each: containers,
      ofOwner: [],
    },
    soft: createSoft(frames),
    wirings: [],
    wireTimerAt: Number.POSITIVE_INFINITY,
    children: createChildren(),
    policy: null,
    pages: createPagesState(claims),
    upstream: null,
    place,
    places,
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

/**
 * Objects are numbered through all memory servers of a machine, so that a number tells whose it is:
 * a capability to one's object names none of another's [STACK5].
 */
export function objectOf({ place, places }: MemoryServerState, id: number): number {
  return id * places + place;
}

/** Index of an object among those of this server; no index at all for one of another. */
export function idOf({ place, places }: MemoryServerState, object: number): number {
  return places === 1 ? object - place : (object - place) / places;
}

/** The client record of a task, made at its first message. */
export function clientOf(server: MemoryServerState, id: number): Client {
  while (server.clients.length <= id) server.clients.push(null);
  const known = server.clients[id];
  if (known !== null && known !== undefined) return known;
  const client = createClient(id);
  server.clients[id] = client;
  return client;
}
