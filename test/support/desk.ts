/**
 * A desk: a kernel with the memory server, the swap server and scripted clients, for tests that speak
 * the protocol by hand. A client's own thread only writes down what it hears. Nothing costs time
 * unless a test asks for it, so moments are those that the test names.
 */

import { contractEventSchema } from '../../contracts/contract-records.ts';
import { type MessageName, messageName, OP } from '../../contracts/messages.ts';
import { type TermsWish, termsSchema } from '../../contracts/terms.ts';
import { createBareKernel, FREE_COSTS, fixedDevice, letPass } from '../../lab/run/bare-kernel.ts';
import { type CapabilityTable, frameAt, orderAt } from '../../nucleus/capabilities.ts';
import { deliverAll, send, sendCapability } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, type Step } from '../../nucleus/kernel.ts';
import { START, startTask } from '../../nucleus/life.ts';
import { chargedFrames, checkPages } from '../../servers/memory/containers/page-books.ts';
import type { Claims } from '../../servers/memory/containers/page-state.ts';
import { checkChildren } from '../../servers/memory/contracts/child-check.ts';
import { checkLedger } from '../../servers/memory/ledger.ts';
import { checkVictims } from '../../servers/memory/revocation/victims.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import {
  createMemoryServerState,
  type MemoryServerState,
  type PlantedBug,
} from '../../servers/memory/state.ts';
import { swapServerStep } from '../../servers/swap/server.ts';
import { createStack } from '../../servers/swap/stack/build.ts';
import type { LayerPlan } from '../../servers/swap/stack/plan.ts';
import { createSwapServerState } from '../../servers/swap/state.ts';
import { addExtent, createStore, type StoreState } from '../../servers/swap/store.ts';
import type { Costs } from '../../sim-hw/costs/index.ts';
import type { PageTableFormat } from '../../sim-hw/page-table/format.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { hashState } from '../../sim-hw/state.ts';
import { loop, toReferenceString } from './reference-strings.ts';
import { carried, inOrder } from './words.ts';

export const MEMORY = 1;
export const SWAP = 2;
/** Client 0's task id; the next ones follow. */
export const FIRST = 3;
export const MEMORY_PORT = 0;
export const SWAP_PORT = 1;
/** How long the desk's device takes for any request. */
export const DEVICE_NS = 1000;

/** What a client heard: the message's name, then its words. */
export type Heard = readonly [string, ...number[]];

export interface Desk {
  readonly kernel: Kernel;
  readonly server: MemoryServerState;
  readonly store: StoreState;
  /** By task id. */
  readonly heard: Heard[][];
  readonly events: { kind: string }[];
}

export interface DeskOptions {
  readonly frames?: number;
  readonly clients?: number;
  readonly pages?: number;
  readonly containers?: number;
  readonly terms?: Partial<TermsWish>;
  readonly costs?: Partial<Costs>;
  /** Name of a page-table format. */
  readonly format?: string;
  readonly planted?: PlantedBug | null;
  readonly lockTime?: number;
  readonly operations?: number;
  readonly claims?: Claims;
  /** Layers of swap; their disks are slow devices all. */
  readonly layers?: readonly LayerPlan[];
  readonly quota?: number;
  readonly messagesMax?: number;
}

/** CPU time of layers at the desk: none. */
const FREE_WORK = { compressNs: 0, decompressNs: 0, cipherNs: 0, hashNs: 0, copyNs: 0 };

const slowDevice = fixedDevice(DEVICE_NS);

export function createDesk(options: DeskOptions = {}): Desk {
  const { frames = 16, clients = 2, pages = 8, containers = 8 } = options;
  const costs = { ...FREE_COSTS, ...options.costs };
  const program = toReferenceString(loop(pages, 2), { collapse: false });
  const kernel = createBareKernel({
    frames,
    orderMax: 9,
    clients,
    program,
    format: pageTableFormats[options.format ?? 'x86-64'] as PageTableFormat,
    costs,
    slice: 1000,
    windows: containers,
    messagesMax: options.messagesMax ?? 1024,
    planted: options.planted ?? '',
  });
  const terms = termsSchema.parse({
    term: 0,
    graceExtra: 100,
    graceShrink: 1000,
    penalty: 'repossess',
    ...options.terms,
  });
  const server = createMemoryServerState(
    MEMORY,
    frames,
    terms,
    containers,
    options.planted ?? null,
    options.claims,
  );
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state: server });
  const store = createStore();
  const swap = createSwapServerState(
    SWAP,
    0,
    store,
    slowDevice.create(1),
    options.lockTime ?? 10_000,
    options.operations ?? 8,
    false,
    options.layers === undefined
      ? null
      : createStack(options.layers, {
          ids: clients * pages,
          roots: options.operations ?? 8,
          keepsBytes: false,
          seed: 1,
          work: FREE_WORK,
          models: { fixed: slowDevice },
          device: 'fixed',
        }),
    options.quota,
  );
  const step = swapServerStep(slowDevice, { fixed: slowDevice });
  addTask(kernel, 'swap', -1, { step, state: swap });
  givePort(kernel, SWAP, MEMORY);
  kernel.state.watchers.push(MEMORY, SWAP);
  const heard: Heard[][] = [[], [], []];
  const events: { kind: string }[] = [];
  kernel.observer = (event) => events.push(contractEventSchema.parse(event));
  const desk = { kernel, server, store, heard, events };
  for (let i = 0; i < clients; i++) addClient(desk, `client${i}`, i, pages);
  return desk;
}

function addClient(desk: Desk, name: string, space: number, pages: number): void {
  const { kernel, heard, store } = desk;
  const inbox: Heard[] = [];
  const step: Step = (_kernel, _state, message) => {
    if (message.op === START) return;
    const name = messageName(message.op) ?? `op ${message.op}`;
    inbox.push([message.cameAlong ? `${name} with capability` : name, ...inOrder(message)]);
  };
  const id = addTask(kernel, name, space, { step, state: {} });
  heard[id] = inbox;
  givePort(kernel, id, MEMORY);
  givePort(kernel, id, SWAP);
  addExtent(store, id, pages, 0);
  startTask(kernel, id);
  deliverAll(kernel);
}

/** `client` sends a message through `port`; returns what it heard until all was quiet. */
export function say(
  desk: Desk,
  client: number,
  name: MessageName,
  words: readonly number[],
  port = MEMORY_PORT,
): Heard[] {
  return sayOp(desk, client, OP[name], words, port);
}

/** The same with a bare op number, which may be anything. */
export function sayOp(
  desk: Desk,
  client: number,
  op: number,
  words: readonly number[],
  port = MEMORY_PORT,
): Heard[] {
  const { kernel } = desk;
  kernel.state.account = client;
  const { w0, w1, w2, w3, time } = carried(op, words);
  send(kernel, client, port, op, w0, w1, w2, w3, time);
  deliverAll(kernel);
  return takeHeard(desk, client);
}

/** `client` sends a capability along; returns whether it went. */
export function hand(
  desk: Desk,
  client: number,
  name: MessageName,
  capability: number,
  w1: number,
  w2: number,
  port = SWAP_PORT,
  w3 = 0,
): boolean {
  desk.kernel.state.account = client;
  const went = sendCapability(desk.kernel, client, port, OP[name], capability, w1, w2, w3);
  deliverAll(desk.kernel);
  return went;
}

/** What `client` has heard since it was asked last. */
export function takeHeard(desk: Desk, client: number): Heard[] {
  return (desk.heard[client] as Heard[]).splice(0);
}

/** Lets everything that is due until `now + ns` happen, each at its moment. */
export function advance(desk: Desk, ns: number): void {
  letPass(desk.kernel, ns);
}

/** A contract for `client`, then `frames` single frames; returns their slots. */
export function settleIn(
  desk: Desk,
  client: number,
  guaranteed: number,
  extra: number,
  frames: number,
): number[] {
  say(desk, client, 'contract', [guaranteed, extra, 0, 0]);
  return take(desk, client, frames);
}

/** Allocates single frames; returns the slots of those that were granted. */
export function take(desk: Desk, client: number, frames: number): number[] {
  const slots: number[] = [];
  for (let i = 0; i < frames; i++) {
    const answer = say(desk, client, 'allocate', [0, 0, i]).find(([name]) => name === 'granted');
    if (answer !== undefined) slots.push(answer[2] as number);
  }
  return slots;
}

export function tableOf(desk: Desk, task: number): CapabilityTable {
  return desk.kernel.state.capabilities[task] as CapabilityTable;
}

/** What is wrong with the server's books against the machine's, or undefined. */
export function checkBooks(desk: Desk): string | undefined {
  const { server, kernel } = desk;
  const clients = server.clients.filter((client) => client !== null);
  const wrong = checkLedger(server.ledger, clients) ?? checkChildren(server);
  if (wrong !== undefined) return wrong;
  const victims = checkVictims(server);
  if (victims !== undefined) return victims;
  const { frames } = kernel.state;
  for (const client of clients) {
    let owned = 0;
    for (const owner of frames.owner) if (owner === client.id) owned++;
    if (owned !== client.held) return `task ${client.id} holds ${owned}, booked ${client.held}`;
  }
  const wrongPages = checkPages(server.pages, frames);
  if (wrongPages !== undefined) return wrongPages;
  for (const client of clients) {
    const table = tableOf(desk, client.id);
    let held = chargedFrames(server.pages, frames, client.id);
    for (let slot = 0; slot < table.slots; slot++)
      if (frameAt(table, slot) >= 0) held += 1 << orderAt(table, slot);
    if (held !== client.held)
      return `task ${client.id} has ${held} in slots and containers, booked ${client.held}`;
  }
  const { heldSum } = server.ledger;
  if (frames.buddy.free + heldSum !== frames.count) return 'free and held are not all the frames';
  return undefined;
}

/** Hash of all that a protocol message might change; counters of messages and time apart. */
export function hashDesk(desk: Desk): string {
  const { state } = desk.kernel;
  const { frames, mmu, table, spaces, capabilities, windowFrame, windowHolder } = state;
  const windows = [windowHolder, state.windowLists];
  const timers = [state.timers.size, state.deviceEvents.size, state.queue.count];
  const tasks = state.tasks.map(({ status, framesHeld, receiving }) => [
    status,
    framesHeld,
    receiving,
  ]);
  return hashState([
    desk.server,
    desk.store,
    state.tasks.length,
    desk.kernel.receivers[SWAP]?.state,
    [frames, mmu, table, spaces, capabilities, windowFrame, windows, timers, tasks],
  ]);
}
