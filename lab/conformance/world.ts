/**
 * A world for external pagers: a bare nucleus, the kernel's virtual memory as a task, pagers, and clients
 * that map objects of theirs and touch pages. A client's access that no mapping lets pass is a fault;
 * once that is answered the access is made again, as a processor would.
 */

import { RESULTS } from '../../contracts/emmi-messages.ts';
import { OP } from '../../contracts/messages.ts';
import { deliverAll, reply } from '../../nucleus/ipc.ts';
import { addTask, type Kernel, type Step } from '../../nucleus/kernel.ts';
import { killServer } from '../../nucleus/life.ts';
import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { addPager, adoptTask } from '../../servers/central/mach/emmi/pager-task.ts';
import { type EmmiWiring, emmiOf, emmiStep } from '../../servers/central/mach/emmi/server.ts';
import {
  createEmmiState,
  DEFAULT_EMMI,
  type Emmi,
  type EmmiParameters,
  type EmmiState,
  type TaskRecord,
} from '../../servers/central/mach/emmi/state.ts';
import { frameAt } from '../../servers/central/mach/vm/access.ts';
import { createVm, READ, WRITE } from '../../servers/central/mach/vm/index.ts';
import { createContents, stamped } from '../../sim-hw/contents.ts';
import { readFrame, writeFrame } from '../../sim-hw/frames.ts';
import { x8664 } from '../../sim-hw/page-table/x86-64.ts';
import type { ReferenceString } from '../../sim-hw/references.ts';
import { createBareKernel, FREE_COSTS, letPass } from '../run/bare-kernel.ts';
import { addStorage, type StorageOptions } from './storage.ts';

/** Nothing is executed: clients touch page by page. */
const NO_PROGRAM: ReferenceString = {
  runs: new Uint32Array(0),
  pageNumbers: new Float64Array(1),
  references: 0,
};

export interface WorldOptions {
  readonly pagers: readonly PagerModule[];
  readonly clients?: number;
  readonly frames?: number;
  /** Of each pager. */
  readonly objects?: number;
  readonly pages?: number;
  readonly emmi?: Partial<EmmiParameters>;
  /** Place of the pager, among `pagers`, that pages objects of the kernel's own. */
  readonly defaultPager?: number;
  /** Of pagers that keep their pages on swap servers. */
  readonly storage?: StorageOptions;
}

export interface ClientState {
  /** By tag, of faults; by object, of mappings: results as they came. */
  readonly faults: Record<number, number>;
  readonly mapped: Record<number, readonly [address: number, result: number]>;
}

export interface World {
  readonly kernel: Kernel;
  readonly wiring: EmmiWiring;
  readonly kernelTask: number;
  readonly pagers: number[];
  readonly clients: number[];
  /** Swap servers of the pager that has any. */
  readonly swaps: number[];
  nextTag: number;
}

/** What an access came to: done, still waiting, or Mach's name of the refusal. */
export type Outcome = 'done' | 'waits' | (typeof RESULTS)[number];

export function createWorld(options: WorldOptions): World {
  const { pagers, clients = 2, frames = 64, objects = 4, pages = 64 } = options;
  const buffers = pagers.reduce((most, { storage }) => Math.max(most, storage?.buffers ?? 1), 1);
  const kernel = createBareKernel({
    frames: buffers,
    orderMax: 0,
    clients: 0,
    program: NO_PROGRAM,
    format: x8664,
    costs: FREE_COSTS,
    slice: 1000,
    windows: buffers,
    messagesMax: 65_536,
    planted: '',
  });
  const vm = createVm({ format: x8664, frames, blocks: 4 * frames });
  const emmi = { ...DEFAULT_EMMI, ...options.emmi };
  const wiring: EmmiWiring = { format: x8664, vm: vm.parameters, emmi };
  const kernelTask = kernel.state.tasks.length;
  const state = createEmmiState(kernelTask, vm.state);
  addTask(kernel, 'mach-vm', -1, { step: emmiStep(wiring), state });
  kernel.state.watchers.push(kernelTask);
  const tasks = pagers.map((one) => addPager(kernel, wiring, kernelTask, one, objects, pages));
  if (options.defaultPager !== undefined) {
    state.defaultPager = tasks[options.defaultPager] as number;
    vm.state.hasDefaultPager = true;
  }
  const world: World = {
    kernel,
    wiring,
    kernelTask,
    pagers: tasks,
    clients: Array.from({ length: clients }, (_, i) => addClient(kernel, wiring, kernelTask, i)),
    swaps: [],
    nextTag: 1,
  };
  for (const [place, { storage }] of pagers.entries())
    if (storage !== undefined)
      world.swaps.push(
        ...addStorage(kernel, tasks[place] as number, storage, options.storage ?? {}),
      );
  return world;
}

export function emmiIn({ kernel, wiring, kernelTask }: World): Emmi {
  return emmiOf(wiring, kernel.receivers[kernelTask]?.state as EmmiState);
}

export function recordIn(world: World, client: number): TaskRecord {
  return emmiIn(world).state.tasks[clientTask(world, client)] as TaskRecord;
}

/** What pager `place` keeps: its own state. */
export function pagerStateIn<S>({ kernel, pagers }: World, place = 0): S {
  const { state } = kernel.receivers[pagers[place] as number] as { state: object };
  return (state as { own: S }).own;
}

/** Sends a message of `task` to the kernel, and lets all that follows from it happen. */
export function say(world: World, task: number, op: number, words: readonly number[]): void {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
  reply(world.kernel, task, world.kernelTask, op, w0, w1, w2, w3, 0);
  deliverAll(world.kernel);
}

/** Maps an object of pager `place`; returns the page it is at, or what came of it. */
export function mapObject(
  world: World,
  client: number,
  object = 0,
  pages = 16,
  place = 0,
  isCopy = false,
): number | Outcome {
  const task = clientTask(world, client);
  const { mapped } = clientState(world, client);
  delete mapped[object];
  say(world, task, OP.machMap, [world.pagers[place] as number, object, pages, isCopy ? 1 : 0]);
  return mappedAt(world, client, object);
}

/** What has come of a mapping that had to wait. */
export function mappedAt(world: World, client: number, object: number): number | Outcome {
  const answer = clientState(world, client).mapped[object];
  if (answer === undefined) return 'waits';
  return answer[1] === 0 ? answer[0] : (RESULTS[answer[1]] as Outcome);
}

export function unmap(world: World, client: number, page: number, pages: number): void {
  say(world, clientTask(world, client), OP.machDeallocate, [page, pages]);
}

/** Touches a page; a fault that waits is told of by `outcomeOf` later. */
export function touch(world: World, client: number, page: number, access = READ): Outcome {
  for (let tries = 0; tries < 3; tries++) {
    if (frameOf(world, client, page, access) >= 0) return 'done';
    const tag = world.nextTag++;
    say(world, clientTask(world, client), OP.machFault, [tag, page, access]);
    const outcome = outcomeOf(world, client, tag);
    if (outcome !== 'SUCCESS') return outcome;
  }
  return frameOf(world, client, page, access) >= 0 ? 'done' : 'waits';
}

export function outcomeOf(world: World, client: number, tag: number): Outcome {
  const result = clientState(world, client).faults[tag];
  return result === undefined ? 'waits' : (RESULTS[result] as Outcome);
}

/** The tag of the fault that the last `touch` began. */
export function lastTag(world: World): number {
  return world.nextTag - 1;
}

/** Reads a word, or says why not. */
export function get(world: World, client: number, page: number): number | Outcome {
  const outcome = touch(world, client, page, READ);
  if (outcome !== 'done') return outcome;
  const contents = createContents(false);
  const frame = frameOf(world, client, page, READ);
  readFrame(emmiIn(world).vm.state.frames, frame, contents);
  return contents.low;
}

export function put(world: World, client: number, page: number, word: number): Outcome {
  const outcome = touch(world, client, page, READ | WRITE);
  if (outcome !== 'done') return outcome;
  const frame = frameOf(world, client, page, READ | WRITE);
  writeFrame(emmiIn(world).vm.state.frames, frame, stamped(word, 1));
  return 'done';
}

/** Time passes, and what is due happens. */
export function pass(world: World, ns: number): void {
  letPass(world.kernel, ns);
}

export function clientTask({ clients }: World, client: number): number {
  return clients[client] as number;
}

/** Client `client` dies, and another takes its place. */
export function replaceClient(
  { kernel, wiring, kernelTask, clients }: World,
  client: number,
): void {
  killServer(kernel, clients[client] as number);
  deliverAll(kernel);
  clients[client] = addClient(kernel, wiring, kernelTask, client);
}

/** Pager `place` dies, and another takes its place, with objects of its own. */
export function replacePager(world: World, place: number, module: PagerModule, pages = 64): void {
  const { kernel, wiring, kernelTask, pagers } = world;
  killServer(kernel, pagers[place] as number);
  deliverAll(kernel);
  pagers[place] = addPager(kernel, wiring, kernelTask, module, 4, pages);
}

function frameOf(world: World, client: number, page: number, access: number): number {
  const { vm } = emmiIn(world);
  const { vmTask } = recordIn(world, client);
  return frameAt(vm, vmTask, page * vm.parameters.pageBytes, access);
}

function clientState({ kernel, clients }: World, client: number): ClientState {
  return kernel.receivers[clients[client] as number]?.state as ClientState;
}

function addClient(kernel: Kernel, wiring: EmmiWiring, kernelTask: number, i: number): number {
  const own: ClientState = { faults: {}, mapped: {} };
  const step: Step = (_kernel, state, { op, w0, w1, w2 }) => {
    const client = state as ClientState;
    if (op === OP.machFaultDone) client.faults[w0] = w1;
    if (op === OP.machMapped) client.mapped[w0] = [w1, w2];
  };
  const id = addTask(kernel, `client${i}`, -1, { step, state: own });
  adoptTask(emmiOf(wiring, kernel.receivers[kernelTask]?.state as EmmiState), id);
  return id;
}
