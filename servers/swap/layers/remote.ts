/**
 * Remote: what is below is on another machine, across a network that delays, reorders and loses.
 *
 *   request --packet--> there: what is below works --packet--> answer
 *        `--(time out)--> the same again, a bounded number of times --> DEVICE_FAILED
 *
 * Each request has a serial. The other side executes a store or discard only if it has seen no later
 * one for that id, and once: a repeated one is answered as before. So a packet that comes late does
 * no harm. Whether a store that was given up is there or not nobody knows: the page counts as lost
 * (LOST_PAGE) until it is stored anew. Time-outs are doubled from try to try.
 */

import { DEVICE_FAILED, DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import { copyContents, PAGE_BYTES } from '../../../sim-hw/contents.ts';
import {
  BACK,
  LOST_ON_THE_WAY,
  type NetworkState,
  sendPacket,
  THERE,
} from '../../../sim-hw/devices/network.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { DISCARD, FETCH, FREE, OWN, STORE } from '../stack/requests.ts';
import {
  contentsOf,
  finish,
  freeOwn,
  recordOf,
  type Stack,
  stateOf,
  takeOwn,
} from '../stack/stack.ts';
import { askBelow, isFilled } from './below.ts';

/** Steps of a record of its own. Words: a the serial, b the request, c its kind, then how it went. */
const GOING = 0;
const WORKING = 1;
const COMING = 2;
const TIMING = 3;

/** What this side knows of an id. */
const ABSENT = 0;
const PRESENT = 1;
const UNKNOWN = 2;
/** Answer of the other side while it is at work. */
const AT_WORK = -2;

export interface RemotePlan {
  readonly timeoutNs: number;
  readonly tries: number;
}

export interface RemoteState extends RemotePlan {
  readonly network: NetworkState;
  serials: number;
  /** This side, by id: whether it is there. */
  readonly known: Uint8Array;
  /** The other side, by id: the latest serial that it has executed, and how that went. */
  readonly latest: Float64Array;
  readonly outcome: Int32Array;
  readonly counts: {
    requests: number;
    again: number;
    late: number;
    failed: number;
    lost: number;
  };
}

export function createRemote(plan: RemotePlan, network: NetworkState, ids: number): RemoteState {
  return {
    ...plan,
    network,
    serials: 0,
    known: new Uint8Array(ids),
    latest: new Float64Array(ids),
    outcome: new Int32Array(ids),
    counts: { requests: 0, again: 0, late: 0, failed: 0, lost: 0 },
  };
}

export const remoteLayer: Layer = {
  name: 'remote',
  begin(stack, node, number) {
    const state = stateOf<RemoteState>(stack, node);
    const request = recordOf(stack, number);
    const { kind, id } = request;
    if (kind === FETCH && state.known[id] !== PRESENT) {
      if (state.known[id] === UNKNOWN) state.counts.lost++;
      return finish(stack, number, state.known[id] === UNKNOWN ? LOST_PAGE : NOTHING);
    }
    if (kind === STORE && !isFilled(stack, number)) return;
    state.counts.requests++;
    request.a = ++state.serials;
    send(stack, node, state, number);
  },
  ended(stack, node, packet, child) {
    const state = stateOf<RemoteState>(stack, node);
    const record = recordOf(stack, packet);
    const { reason } = recordOf(stack, child);
    const { id, a: serial, c: kind } = record;
    if (isChange(kind) && state.latest[id] === serial) state.outcome[id] = reason;
    answer(stack, state, packet, reason, kind === FETCH && reason === DONE);
  },
  woken(stack, node, number) {
    const state = stateOf<RemoteState>(stack, node);
    const { step } = recordOf(stack, number);
    if (step === GOING) arrived(stack, node, state, number);
    else if (step === COMING) answered(stack, node, state, number);
    else timedOut(stack, node, state, number);
  },
  stat(stack, node) {
    const { counts, network } = stateOf<RemoteState>(stack, node);
    const { packets, lost, bytes } = network.counts;
    return { name: 'remote', counts: { ...counts, packets, packetsLost: lost, bytes } };
  },
};

function isChange(kind: number): boolean {
  return kind === STORE || kind === DISCARD;
}

/** Sends a request, and sets a time for its answer. Word b: tries so far. */
function send(stack: Stack, node: number, state: RemoteState, number: number): void {
  const request = recordOf(stack, number);
  const { kind, id, client } = request;
  const { port } = stack;
  const nowNs = port.nowNs();
  const isStore = kind === STORE;
  const arrivesNs = sendPacket(state.network, nowNs, isStore ? PAGE_BYTES : 0, THERE);
  if (arrivesNs !== LOST_ON_THE_WAY) {
    const packet = takeOwn(stack, node, id, client);
    addressed(stack, packet, GOING, request.a, number, kind);
    if (isStore) copyContents(contentsOf(stack, packet), contentsOf(stack, number));
    port.wakeAt(arrivesNs, packet);
  }
  const timer = takeOwn(stack, node, id, client);
  addressed(stack, timer, TIMING, request.a, number, kind);
  port.wakeAt(nowNs + state.timeoutNs * (1 << request.b), timer);
  request.b++;
}

function addressed(
  stack: Stack,
  own: number,
  step: number,
  serial: number,
  request: number,
  kind: number,
): void {
  const record = recordOf(stack, own);
  record.step = step;
  record.a = serial;
  record.b = request;
  record.c = kind;
}

/** A packet is on the other side. */
function arrived(stack: Stack, node: number, state: RemoteState, packet: number): void {
  const { id, a: serial, c: kind } = recordOf(stack, packet);
  if (isChange(kind)) {
    const latest = state.latest[id] as number;
    const outcome = state.outcome[id] as number;
    if (serial < latest || (serial === latest && outcome === AT_WORK)) {
      state.counts.late++;
      return freeOwn(stack, packet);
    }
    if (serial === latest) return answer(stack, state, packet, outcome, false);
    state.latest[id] = serial;
    state.outcome[id] = AT_WORK;
  }
  recordOf(stack, packet).step = WORKING;
  askBelow(stack, node, packet, kind);
}

/** The packet goes back with the answer. */
function answer(
  stack: Stack,
  state: RemoteState,
  packet: number,
  reason: number,
  carries: boolean,
): void {
  const record = recordOf(stack, packet);
  record.step = COMING;
  record.c = reason;
  const nowNs = stack.port.nowNs();
  const arrivesNs = sendPacket(state.network, nowNs, carries ? PAGE_BYTES : 0, BACK);
  if (arrivesNs === LOST_ON_THE_WAY) freeOwn(stack, packet);
  else stack.port.wakeAt(arrivesNs, packet);
}

/** Whether the request of a packet or timer is still waiting for it. */
function isWaiting(stack: Stack, node: number, own: number): boolean {
  const { a: serial, b: number } = recordOf(stack, own);
  const request = recordOf(stack, number);
  const isSame = request.node === node && request.a === serial;
  return isSame && request.kind !== FREE && request.kind !== OWN;
}

function answered(stack: Stack, node: number, state: RemoteState, packet: number): void {
  const { b: number, c: reason } = recordOf(stack, packet);
  if (isWaiting(stack, node, packet)) {
    const { kind, id } = recordOf(stack, number);
    if (kind === FETCH && reason === DONE)
      copyContents(contentsOf(stack, number), contentsOf(stack, packet));
    if (kind === STORE && reason === DONE) state.known[id] = PRESENT;
    if (kind === DISCARD) state.known[id] = ABSENT;
    end(stack, number, kind === FETCH && reason === NOTHING ? LOST_PAGE : reason);
  } else state.counts.late++;
  freeOwn(stack, packet);
}

function timedOut(stack: Stack, node: number, state: RemoteState, timer: number): void {
  const { b: number } = recordOf(stack, timer);
  const waits = isWaiting(stack, node, timer);
  freeOwn(stack, timer);
  if (!waits) return;
  const { kind, id, b: tries } = recordOf(stack, number);
  if (tries < state.tries) {
    state.counts.again++;
    return send(stack, node, state, number);
  }
  state.counts.failed++;
  if (kind === STORE) state.known[id] = UNKNOWN;
  else if (kind === DISCARD) state.known[id] = ABSENT;
  end(stack, number, DEVICE_FAILED);
}

/** Whatever else comes for this request comes too late. */
function end(stack: Stack, number: number, reason: number): void {
  recordOf(stack, number).a = 0;
  finish(stack, number, reason);
}
