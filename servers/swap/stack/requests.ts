/**
 * Requests: what is under way in a stack of swap layers, as records of a pool. A request is at one
 * node of the stack; what a layer needs from below are children of it. Each record has contents of
 * its own, and may work on another's, so that a page goes through several layers without a copy.
 *
 *   free --begin--> (waits in the line of its id) --> under way --finish--> ended --> free
 *
 * The first records, the *roots*, belong to whoever uses the stack, by number.
 */

import { type Contents, createContents } from '../../../sim-hw/contents.ts';

/** Kinds of a request. */
export const FREE = 0;
export const STORE = 1;
export const FETCH = 2;
export const DISCARD = 3;
export const FLUSH = 4;
/** A layer's own record: its meaning is the layer's. */
export const OWN = 5;

/** No request. */
export const NONE = -1;
/** `id` of a request that is about no page. */
export const NO_ID = -1;

export interface Request {
  kind: number;
  /** Node that it is at. */
  node: number;
  /** Page, in the numbering of its node, or NO_ID. */
  id: number;
  /** For whom: keys, clusters. */
  client: number;
  /** Whose contents it works on: a request's number. */
  slot: number;
  /** Request that it is a part of, or NONE. */
  parent: number;
  /** How it ended: a refusal of contracts/refusals.ts, or NOTHING. */
  reason: number;
  /** 1 once its contents are there; before that a root's are still in the client's frame. */
  filled: number;
  /** Words of the layer whose node it is at. */
  step: number;
  a: number;
  b: number;
  c: number;
  /** The next one in the line of its id, or in the list of free records. */
  next: number;
}

export interface RequestPool {
  readonly records: Request[];
  /** By number. */
  readonly contents: Contents[];
  /** The first `roots` are never in the list of free ones. */
  readonly roots: number;
  readonly keepsBytes: boolean;
  free: number;
  /** Under way, and the most there were. */
  used: number;
  most: number;
}

export function createPool(roots: number, keepsBytes: boolean): RequestPool {
  const pool = { records: [], contents: [], roots, keepsBytes, free: NONE, used: 0, most: 0 };
  for (let number = 0; number < roots; number++) addRecord(pool);
  return pool;
}

function addRecord(pool: RequestPool): number {
  const number = pool.records.length;
  pool.records.push({
    kind: FREE,
    node: 0,
    id: NO_ID,
    client: 0,
    slot: number,
    parent: NONE,
    reason: 0,
    filled: 0,
    step: 0,
    a: 0,
    b: 0,
    c: 0,
    next: NONE,
  });
  pool.contents.push(createContents(pool.keepsBytes));
  return number;
}

/** A free record, made if there is none: what bounds requests is the users' number of roots. */
export function takeRecord(pool: RequestPool): number {
  const number = pool.free === NONE ? addRecord(pool) : pool.free;
  const record = pool.records[number] as Request;
  if (pool.free !== NONE) pool.free = record.next;
  pool.used++;
  if (pool.used > pool.most) pool.most = pool.used;
  return number;
}

export function freeRecord(pool: RequestPool, number: number): void {
  const record = pool.records[number] as Request;
  record.kind = FREE;
  if (number < pool.roots) return;
  record.next = pool.free;
  pool.free = number;
  pool.used--;
}

/** Fills a record that is about to begin. */
export function setRecord(
  record: Request,
  node: number,
  kind: number,
  id: number,
  client: number,
  parent: number,
  slot: number,
  filled: number,
): void {
  record.kind = kind;
  record.node = node;
  record.id = id;
  record.client = client;
  record.slot = slot;
  record.parent = parent;
  record.reason = 0;
  record.filled = filled;
  record.step = 0;
  record.a = 0;
  record.b = 0;
  record.c = 0;
  record.next = NONE;
}
