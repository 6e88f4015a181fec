/**
 * A stack of swap layers beside a model that says what each fetch may bring: what was stored last, or
 * a reason why not, and a reason only where something has been done to the devices.
 */

import { DONE, LOST_PAGE, STORE_FULL } from '../../contracts/refusals.ts';
import { createStackAlone, type StackAlone, stepAlone } from '../../lab/run/stack-alone.ts';
import { NOTHING } from '../../servers/swap/stack/layer.ts';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { FETCH, FLUSH, NO_ID, STORE } from '../../servers/swap/stack/requests.ts';
import {
  clientDied,
  discardRoot,
  powerFailed,
  submitRoot,
} from '../../servers/swap/stack/stack.ts';
import { type Contents, copyContents, createContents, stamped } from '../../sim-hw/contents.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { powerCut } from '../../sim-hw/devices/medium.ts';
import { createRandom, type RandomState } from '../../sim-hw/random.ts';
import { callOne, leaseFrames, lendOne, type StackFrames, takeOne } from './stack-frames.ts';

export const IDS = 24;
const ROOTS = 4;
export const WORK = { compressNs: 100, decompressNs: 60, cipherNs: 50, hashNs: 20, copyNs: 10 };

export type Deed =
  | { readonly do: 'store' | 'fetch' | 'discard'; readonly id: number; readonly value: number }
  | { readonly do: 'flush' | 'die' }
  | { readonly do: 'power'; readonly disk: number }
  | { readonly do: 'faults'; readonly disk: number; readonly kind: Fault; readonly chance: number }
  | { readonly do: 'pass'; readonly events: number }
  | { readonly do: 'lend' | 'call' | 'take'; readonly place: number };

export type Fault = 'readErrors' | 'writeErrors' | 'lostWrites' | 'tornWrites';

interface Asked {
  /** Power failures when it was asked. */
  readonly cuts: number;
  readonly kind: number;
  readonly id: number;
  readonly value: number;
}

export interface StackWorld {
  readonly alone: StackAlone;
  /** Frames under a contract, or null. */
  readonly frames: StackFrames | null;
  readonly keepsBytes: boolean;
  readonly random: RandomState;
  /** By id: what must be there, or null. */
  readonly there: (number | null)[];
  /** By id: 1 while what is there was stored before a flush that has ended well. */
  readonly durable: boolean[];
  /** By id: the power has failed since it was stored, and it was not durable. */
  readonly doubtful: boolean[];
  /** By id: a store of it was refused, and it is of several base pages. */
  readonly torn: boolean[];
  readonly large: (id: number) => boolean;
  /** By id, in order: what has been asked and has not happened yet. */
  readonly asked: Asked[][];
  /** By root. */
  readonly under: (Asked | null)[];
  readonly covered: boolean[][];
  /** Times the power has failed; something else has been done to a device; a disk may be full. */
  cuts: number;
  harmed: boolean;
  full: boolean;
  refused: number;
}

export function createStackWorld(
  plan: readonly LayerPlan[],
  keepsBytes: boolean,
  seed: number,
  order?: Uint8Array,
  guaranteed = 0,
): StackWorld {
  const alone = createStackAlone(plan, {
    ids: IDS,
    ...(order && { order }),
    roots: ROOTS,
    keepsBytes,
    seed,
    work: WORK,
    models: devices,
    device: 'nvme',
  });
  const world: StackWorld = {
    alone,
    frames: guaranteed > 0 ? leaseFrames(alone.stack, guaranteed) : null,
    keepsBytes,
    random: createRandom(seed),
    there: new Array(IDS).fill(null),
    durable: new Array(IDS).fill(false),
    doubtful: new Array(IDS).fill(false),
    torn: new Array(IDS).fill(false),
    large: (id) => (order?.[id] ?? 0) > 0,
    asked: Array.from({ length: IDS }, () => []),
    under: new Array(ROOTS).fill(null),
    covered: Array.from({ length: ROOTS }, () => []),
    cuts: 0,
    harmed: JSON.stringify(plan).includes('"loss"'),
    full: JSON.stringify(plan).includes('"blocks"'),
    refused: 0,
  };
  alone.told = (root, reason) => told(world, root, reason);
  return world;
}

/** Pages of one look have one `high`; values tell their versions. */
function stampOf(id: number, value: number): Contents {
  // Some pages of different ids are alike.
  return value % 5 === 0 ? stamped(value, 77) : stamped(value, 100 + id);
}

export function act(world: StackWorld, deed: Deed): void {
  const { alone } = world;
  switch (deed.do) {
    case 'store':
      return ask(world, STORE, deed.id, deed.value);
    case 'fetch':
      return ask(world, FETCH, deed.id, 0);
    case 'flush':
      return ask(world, FLUSH, NO_ID, 0);
    case 'discard':
      (world.asked[deed.id] as Asked[]).push({ cuts: 0, kind: 0, id: deed.id, value: 0 });
      discardRoot(alone.stack, deed.id, clientOf(deed.id));
      return catchUp(world, deed.id);
    case 'die':
      while (world.under.some((one) => one !== null)) step(world);
      for (let id = 0; id < IDS; id += 2) act(world, { do: 'discard', id, value: 0 });
      while (stepAlone(alone));
      return clientDied(alone.stack, clientOf(0));
    case 'power': {
      const { disks } = alone.stack.state;
      powerCut((disks[deed.disk % disks.length] as (typeof disks)[0]).medium, world.random);
      powerFailed(alone.stack);
      world.cuts++;
      for (let id = 0; id < IDS; id++) if (!world.durable[id]) world.doubtful[id] = true;
      return;
    }
    case 'faults': {
      const { disks } = alone.stack.state;
      const { medium } = disks[deed.disk % disks.length] as (typeof disks)[0];
      medium.faults[deed.kind] = deed.chance;
      if (deed.chance > 0) world.harmed = true;
      return;
    }
    case 'lend':
    case 'call':
    case 'take':
      return move(world, deed.do, deed.place);
    case 'pass':
      for (let i = 0; i < deed.events; i++) stepAlone(alone);
  }
}

function move(world: StackWorld, what: 'lend' | 'call' | 'take', place: number): void {
  const { frames, alone } = world;
  if (frames === null) return;
  if (what === 'lend') return lendOne(frames, alone.stack, place);
  if (what === 'call') return callOne(frames, alone.stack);
  world.harmed = true;
  takeOne(frames, alone.stack, place);
}

function clientOf(id: number): number {
  return 1 + (id % 2);
}

function ask(world: StackWorld, kind: number, id: number, value: number): void {
  const { alone, under } = world;
  while (!under.includes(null)) step(world);
  const root = under.indexOf(null);
  const asked = { cuts: world.cuts, kind, id, value };
  under[root] = asked;
  if (kind === FLUSH)
    world.covered[root] = world.there.map((there, at) => there !== null && !isOpen(world, at));
  else (world.asked[id] as Asked[]).push(asked);
  if (kind === STORE) copyContents(alone.sources[root] as Contents, stampOf(id, value));
  submitRoot(alone.stack, root, kind, id, clientOf(id));
}

function isOpen(world: StackWorld, id: number): boolean {
  return (world.asked[id] as Asked[]).some(({ kind }) => kind !== FETCH);
}

function step(world: StackWorld): void {
  if (!stepAlone(world.alone)) throw new Error('a request never ends');
}

function told(world: StackWorld, root: number, reason: number): void {
  const { cuts, kind, id, value } = world.under[root] as Asked;
  world.under[root] = null;
  if (kind === FLUSH) {
    if (reason !== DONE) return allowed(world, reason, 'flush');
    // What has been stored anew meanwhile is not what was flushed.
    for (const [at, was] of (world.covered[root] as boolean[]).entries())
      if (was && !isOpen(world, at) && !world.doubtful[at]) world.durable[at] = true;
    return;
  }
  (world.asked[id] as Asked[]).shift();
  if (kind === STORE && reason === DONE) {
    world.there[id] = value;
    world.torn[id] = false;
    world.durable[id] = false;
    world.doubtful[id] = cuts !== world.cuts;
    for (const covered of world.covered) covered[id] = false;
  } else if (kind === STORE) {
    allowed(world, reason, `store of ${id}`);
    if (world.large(id)) world.torn[id] = true;
  } else check(world, root, id, reason);
  catchUp(world, id);
}

/** What was discarded is gone as soon as all that was asked before has happened. */
function catchUp(world: StackWorld, id: number): void {
  const asked = world.asked[id] as Asked[];
  while (asked[0]?.kind === 0) {
    asked.shift();
    world.there[id] = null;
    world.torn[id] = false;
    for (const covered of world.covered) covered[id] = false;
  }
}

function check(world: StackWorld, root: number, id: number, reason: number): void {
  const value = world.there[id] as number | null;
  if (reason === NOTHING) {
    if (value !== null) throw new Error(`fetch of ${id}: nothing, expected version ${value}`);
    return;
  }
  if (reason === LOST_PAGE && world.torn[id]) return;
  if (reason !== DONE) {
    if (world.durable[id] && !world.harmed)
      throw new Error(`fetch of ${id}: ${reason}, and it had been flushed`);
    return allowed(world, reason, `fetch of ${id}`);
  }
  if (value === null) throw new Error(`fetch of ${id}: something, expected nothing`);
  const { low, high, bytes } = world.alone.stack.state.pool.contents[root] as Contents;
  const expected = createContents(world.keepsBytes);
  copyContents(expected, stampOf(id, value));
  if (low !== expected.low || high !== expected.high)
    throw new Error(`fetch of ${id}: stamp ${high}:${low}, expected version ${value}`);
  if (!bytes.every((byte, at) => byte === expected.bytes[at]))
    throw new Error(`fetch of ${id}: the bytes are not those of version ${value}`);
}

function allowed(world: StackWorld, reason: number, what: string): void {
  world.refused++;
  if (world.cuts > 0 || world.harmed || (world.full && reason === STORE_FULL)) return;
  throw new Error(`${what}: refused (${reason}) though nothing has been done to the devices`);
}

/** All that is under way ends; then every page is fetched once more. */
export function settleWorld(world: StackWorld): void {
  const { stack } = world.alone;
  while (stepAlone(world.alone));
  if (world.under.some((one) => one !== null)) throw new Error('a request never ended');
  for (const { medium } of stack.state.disks)
    Object.assign(medium.faults, { readErrors: 0, writeErrors: 0, lostWrites: 0, tornWrites: 0 });
  for (let id = 0; id < IDS; id++) ask(world, FETCH, id, 0);
  while (stepAlone(world.alone));
  if (world.under.some((one) => one !== null)) throw new Error('a fetch never ended');
  for (const { line } of stack.state.nodes)
    if (line.some((last) => last !== 0)) throw new Error('an id is in line for ever');
}
