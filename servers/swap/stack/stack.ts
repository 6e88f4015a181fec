/**
 * Stack: a tree of swap layers, the requests in it and the devices below it. State is plain data; a
 * `Stack` is the wiring of one such state to the code of its layers and to the world around it.
 *
 *   submitRoot --> begin(node 0) --> children ... --> port.submit --> (time) --> wake
 *   port.ended <-- ended(node 0) <-- ended ...    <-- finish     <-----------------'
 *
 * A request that ends is put into a queue, and its parent told from there (`settle`): so no layer is
 * entered while it is at work, and nothing recurses. Requests for the same id of a node go one after
 * the other, in the order in which they came.
 */

import { assert } from '../../../sim-hw/assert.ts';
import type { Contents } from '../../../sim-hw/contents.ts';
import type { DeviceState } from '../../../sim-hw/devices/device.ts';
import type { MediumState } from '../../../sim-hw/devices/medium.ts';
import type { Layer, LayerStat, Port } from './layer.ts';
import {
  DISCARD,
  freeRecord,
  NO_ID,
  NONE,
  OWN,
  type Request,
  type RequestPool,
  setRecord,
  takeRecord,
} from './requests.ts';

/** CPU time of what layers do to a page, in ns (sim-hw/costs/page-work.ts; copying: the profile). */
export interface PageWork {
  readonly compressNs: number;
  readonly decompressNs: number;
  readonly cipherNs: number;
  readonly hashNs: number;
  readonly copyNs: number;
}

export interface NodeState {
  /** Name of its layer. */
  readonly layer: string;
  /** Ids that it serves: 0 to `ids` - 1. */
  readonly ids: number;
  /** Nodes below it. */
  readonly below: readonly number[];
  /** By id: the last request in line, plus 1; 0: none is under way. */
  readonly line: Int32Array;
  /** The layer's own. */
  readonly state: object;
}

/** A device and what its blocks hold. */
export interface Disk {
  readonly model: string;
  readonly device: DeviceState;
  readonly medium: MediumState;
  /** Its first block in the partition at a disk server, whose device it is then; or OWN_DEVICE. */
  base: number;
  /** That disk server is dead: nothing is read or written any more. */
  isGone: boolean;
}

export const OWN_DEVICE = -1;

export interface StackState {
  readonly nodes: NodeState[];
  readonly pool: RequestPool;
  readonly disks: Disk[];
  readonly work: PageWork;
  /** Requests that have ended and whose parents have not been told, from `head` on. */
  readonly ended: number[];
  head: number;
}

export interface Stack {
  readonly state: StackState;
  /** By node. */
  readonly layers: readonly Layer[];
  readonly port: Port;
}

/** Begins root `number`. Its contents: whatever `fill` brings (a store), or are for it (a fetch). */
export function submitRoot(
  stack: Stack,
  number: number,
  kind: number,
  id: number,
  client: number,
): void {
  const record = recordOf(stack, number);
  setRecord(record, 0, kind, id, client, NONE, number, 0);
  startChild(stack, number);
  settle(stack);
}

/** Drops what the client stored in `id`; nobody is told when it is done. */
export function discardRoot(stack: Stack, id: number, client: number): void {
  beginChild(stack, 0, DISCARD, id, client, NONE, NONE);
  settle(stack);
}

/** What `number` asked of a device, or of the clock, has come. */
export function wake(stack: Stack, number: number): void {
  const { node } = recordOf(stack, number);
  (stack.layers[node] as Layer).woken(stack, node, number);
  settle(stack);
}

/**
 * Begins a request at `node` as a part of `parent`. It works on the contents of `slot`, which are
 * there; NONE: on its own. Returns its number.
 */
export function beginChild(
  stack: Stack,
  node: number,
  kind: number,
  id: number,
  client: number,
  parent: number,
  slot: number,
): number {
  const number = takeChild(stack, node, kind, id, client, parent, slot);
  startChild(stack, number);
  return number;
}

/** The same, but it only begins with `startChild`, when its contents are there. */
export function takeChild(
  stack: Stack,
  node: number,
  kind: number,
  id: number,
  client: number,
  parent: number,
  slot: number,
): number {
  const { pool } = stack.state;
  const number = takeRecord(pool);
  const record = pool.records[number] as Request;
  setRecord(record, node, kind, id, client, parent, slot === NONE ? number : slot, 1);
  return number;
}

/** A record of the layer's own at `node`: contents, and a parent for children. Never begun. */
export function takeOwn(stack: Stack, node: number, id: number, client: number): number {
  const { pool } = stack.state;
  const number = takeRecord(pool);
  setRecord(pool.records[number] as Request, node, OWN, id, client, NONE, number, 1);
  return number;
}

export function freeOwn(stack: Stack, number: number): void {
  freeRecord(stack.state.pool, number);
}

export function startChild(stack: Stack, number: number): void {
  const record = recordOf(stack, number);
  const { node, id } = record;
  if (id !== NO_ID) {
    const { line } = stack.state.nodes[node] as NodeState;
    const last = line[id] as number;
    line[id] = number + 1;
    if (last !== 0) {
      recordOf(stack, last - 1).next = number;
      return;
    }
  }
  (stack.layers[node] as Layer).begin(stack, node, number);
}

/** The request has ended so; whoever waits for it is told soon. */
export function finish(stack: Stack, number: number, reason: number): void {
  recordOf(stack, number).reason = reason;
  stack.state.ended.push(number);
}

/** Tells parents of what has ended, until nothing more ends. */
export function settle(stack: Stack): void {
  const { state } = stack;
  while (state.head < state.ended.length) {
    const number = state.ended[state.head++] as number;
    const { parent, node, id } = recordOf(stack, number);
    const following = leaveLine(stack, number, node, id);
    if (number < state.pool.roots) {
      // A root may begin anew when its user hears that it has ended.
      freeRecord(state.pool, number);
      stack.port.ended(number);
    } else {
      if (parent !== NONE) {
        const above = recordOf(stack, parent).node;
        (stack.layers[above] as Layer).ended(stack, above, parent, number);
      }
      freeRecord(state.pool, number);
    }
    if (following !== NONE) (stack.layers[node] as Layer).begin(stack, node, following);
  }
  state.ended.length = 0;
  state.head = 0;
}

/** Takes the head out of the line of its id; returns the one whose turn it is now. */
function leaveLine(stack: Stack, number: number, node: number, id: number): number {
  if (id === NO_ID) return NONE;
  const { line } = stack.state.nodes[node] as NodeState;
  const { next } = recordOf(stack, number);
  if (next === NONE) line[id] = 0;
  return next;
}

/** A client has died, and all it stored has been discarded. */
export function clientDied(stack: Stack, client: number): void {
  for (const [node, layer] of stack.layers.entries()) layer.died?.(stack, node, client);
  settle(stack);
}

/** A device has lost its power: what was not flushed may be gone. */
export function powerFailed(stack: Stack): void {
  for (const [node, layer] of stack.layers.entries()) layer.reset?.(stack, node);
}

export function recordOf(stack: Stack, number: number): Request {
  return stack.state.pool.records[number] as Request;
}

/** The contents that a request works on. */
export function contentsOf(stack: Stack, number: number): Contents {
  const { pool } = stack.state;
  return pool.contents[(pool.records[number] as Request).slot] as Contents;
}

/** State of the layer at `node`. */
export function stateOf<S>(stack: Stack, node: number): S {
  return (stack.state.nodes[node] as NodeState).state as S;
}

/** The `at`-th node below `node`. */
export function belowOf(stack: Stack, node: number, at = 0): number {
  const child = (stack.state.nodes[node] as NodeState).below[at];
  assert(child !== undefined, 'stack: a layer has nothing below it');
  return child;
}

/** What all layers have counted, from the top down. */
export function statOf(stack: Stack): LayerStat[] {
  return stack.layers.map((layer, node) => layer.stat(stack, node));
}
