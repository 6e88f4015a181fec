/**
 * A swap server over a stack whose disks are partitions of a disk server, two clients, and a model that
 * says what each fetch may bring: what was stored last, or a reason why not, and a reason only where
 * something has been done to a device or its server.
 */

import { DONE, LOST_PAGE } from '../../contracts/refusals.ts';
import { areServed } from '../../lab/run/boot-swap.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { givePort } from '../../nucleus/kernel.ts';
import { killServer } from '../../nucleus/life.ts';
import { addPartition } from '../../servers/disk/server-state.ts';
import { wireStack } from '../../servers/swap/stack/build.ts';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { powerFailed, type StackState } from '../../servers/swap/stack/stack.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import { powerCut } from '../../sim-hw/devices/medium.ts';
import { createRandom } from '../../sim-hw/random.ts';
import {
  advance,
  FIRST,
  hand,
  SWAP,
  SWAP_PORT,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from './desk.ts';
import { BLOCK_NS, type DiskDesk, type DiskOptions, diskDesk } from './disk-desk.ts';
import type { Deed } from './stack-world.ts';

const PAGES = 12;
const FRAMES = 4;
const LOCK_NS = 1e12;
/** Longer than any remote layer waits for an answer. */
const LONG_NS = 60e9;

interface Asked {
  readonly what: 'store' | 'fetch';
  readonly page: number;
  readonly value: number;
}

export interface StackOnDisk {
  readonly desk: DiskDesk;
  readonly swap: SwapServerState;
  readonly stack: StackState;
  /** By client and page: what must be there; null: nothing. */
  readonly there: (number | null)[][];
  /** By client and frame: what it is in use for. */
  readonly under: (Asked | null)[][];
  /** Something has been done to a device; a disk may be full. */
  harmed: boolean;
  refused: number;
}

export function createStackOnDisk(
  layers: readonly LayerPlan[],
  options: DiskOptions = {},
): StackOnDisk {
  const desk = diskDesk({
    each: 3,
    ...options,
    layers,
    clients: 2,
    pages: PAGES,
    operations: 128,
    lockTime: LOCK_NS,
  });
  const { kernel, disk, id } = desk;
  const swap = kernel.receivers[SWAP].state as SwapServerState;
  const stack = swap.stack as StackState;
  let blocks = 0;
  const served = areServed(layers);
  for (const [at, one] of stack.disks.entries()) {
    if (!served[at]) continue;
    one.base = blocks;
    blocks += one.medium.blocks;
  }
  addPartition(disk, SWAP, blocks);
  swap.partition.port = givePort(kernel, SWAP, id);
  for (const client of [0, 1]) settleIn(desk, FIRST + client, FRAMES, 0, FRAMES);
  const text = JSON.stringify(layers);
  return {
    desk,
    swap,
    stack,
    there: [0, 1].map(() => new Array(PAGES).fill(null)),
    under: [0, 1].map(() => new Array(FRAMES).fill(null)),
    harmed: text.includes('"blocks"') || text.includes('"loss"'),
    refused: 0,
  };
}

export function actOnDisk(world: StackOnDisk, deed: Deed): void {
  const { desk, stack } = world;
  switch (deed.do) {
    case 'store':
    case 'fetch':
      return ask(world, deed.do, deed.id % 2, deed.id >> 1, deed.value + 1);
    case 'discard': {
      const [client, page] = [deed.id % 2, deed.id >> 1];
      waitFor(world, client, page);
      world.there[client][page] = null;
      return hear(world, client, say(desk, FIRST + client, 'discard', [page], SWAP_PORT));
    }
    case 'power': {
      const { medium } = stack.disks[deed.disk % stack.disks.length];
      powerCut(medium, createRandom(deed.disk));
      powerFailed(wireStack(stack, null as never));
      world.harmed = true;
      return;
    }
    case 'faults': {
      const { medium } = stack.disks[deed.disk % stack.disks.length];
      medium.faults[deed.kind] = deed.chance;
      if (deed.chance > 0) world.harmed = true;
      return;
    }
    case 'flush':
      return hear(world, 0, say(desk, FIRST, 'flushSwap', [9], SWAP_PORT));
    case 'pass':
      return pass(world, (deed.events * BLOCK_NS) / 2);
    case 'die':
      // Of clients: the tests of whole runs have that.
      return;
  }
}

/** The disk server is no more. */
export function killDisk(world: StackOnDisk): void {
  killServer(world.desk.kernel, world.desk.id);
  deliverAll(world.desk.kernel);
  world.harmed = true;
}

function ask(
  world: StackOnDisk,
  what: Asked['what'],
  client: number,
  page: number,
  value: number,
): void {
  const { desk, under } = world;
  waitFor(world, client, page);
  while (!under[client].includes(null)) pass(world, BLOCK_NS);
  const slot = under[client].indexOf(null);
  const { frames } = desk.kernel.state;
  const frame = tableOf(desk, FIRST + client).slotFrame[slot];
  if (what === 'store') {
    // Some pages of different clients are alike.
    frames.stampHigh[frame] = value % 5 === 0 ? 77 : 100 + client * PAGES + page;
    frames.stampLow[frame] = value;
  }
  under[client][slot] = { what, page, value };
  const heard = say(desk, FIRST + client, 'createContainer', [slot, LOCK_NS, 1, slot, 1]);
  const weak = heard.find(([name]) => name === 'containerIs')?.[3] as number;
  hear(world, client, heard);
  hand(desk, FIRST + client, what, weak, page, slot);
  hear(world, client, takeHeard(desk, FIRST + client));
}

function waitFor(world: StackOnDisk, client: number, page: number): void {
  for (let steps = 0; world.under[client].some((one) => one?.page === page); steps++) {
    if (steps > 10_000) throw new Error(`page ${page} of client ${client} is never done`);
    pass(world, steps < 100 ? BLOCK_NS : LONG_NS);
  }
}

function pass(world: StackOnDisk, ns: number): void {
  advance(world.desk, ns);
  for (const client of [0, 1]) hear(world, client, takeHeard(world.desk, FIRST + client));
}

function hear(world: StackOnDisk, client: number, heard: readonly (readonly unknown[])[]): void {
  for (const [name, tag, reason, stored] of heard)
    if (name === 'swapped' && (tag as number) < FRAMES)
      ended(world, client, tag as number, reason as number, stored === 1);
}

function ended(
  world: StackOnDisk,
  client: number,
  slot: number,
  reason: number,
  isStored: boolean,
): void {
  const { what, page, value } = world.under[client][slot] as Asked;
  world.under[client][slot] = null;
  const where = `${what} of page ${page} of client ${client}`;
  if (reason !== DONE) {
    world.refused++;
    if (!world.harmed) throw new Error(`${where}: refused (${reason}), and nothing has been done`);
  }
  if (what === 'store') {
    if (isStored) world.there[client][page] = value;
    return;
  }
  const expected = world.there[client][page];
  if (expected === null && reason === LOST_PAGE) return;
  if (reason !== DONE || expected === null) return;
  const { frames } = world.desk.kernel.state;
  const frame = tableOf(world.desk, FIRST + client).slotFrame[slot];
  const found = frames.stampLow[frame];
  if (found !== expected) throw new Error(`${where}: version ${found}, expected ${expected}`);
}

/** All that is under way ends; then every page is fetched once more. */
export function settleOnDisk(world: StackOnDisk): void {
  const { swap, stack, desk } = world;
  for (let round = 0; round < 20; round++) pass(world, LONG_NS);
  for (const { medium } of stack.disks)
    Object.assign(medium.faults, { readErrors: 0, writeErrors: 0, lostWrites: 0, tornWrites: 0 });
  for (const client of [0, 1])
    for (let page = 0; page < PAGES; page++) ask(world, 'fetch', client, page, 0);
  for (let round = 0; round < 20; round++) pass(world, LONG_NS);
  if (world.under.flat().some((one) => one !== null)) throw new Error('a request never ended');
  if (swap.operations.some(({ kind }) => kind !== 0)) throw new Error('an operation never ended');
  if (swap.partition.moves.some((move) => move !== null)) throw new Error('a move never ended');
  const payers = desk.disk.queue.streams.map(({ account }) => account);
  // What several share is written later at nobody's expense.
  const shares = stack.nodes.some(({ layer }) => layer === 'deduplicating');
  const mayPay = [FIRST, FIRST + 1, ...(shares ? [SWAP] : [])];
  if (payers.some((payer) => !mayPay.includes(payer)))
    throw new Error(`tasks ${payers.join(', ')} have paid`);
}
