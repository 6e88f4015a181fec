/**
 * The table at which a dialogue is held: a bare kernel, the memory server, the swap server, and
 * tasks that write down what they hear. Nothing costs time; time passes when a step waits.
 */

import { fieldsOf, wordsOf } from '../../contracts/message-fields.ts';
import { type MessageName, messageName, OP } from '../../contracts/messages.ts';
import { deliverAll, send, sendCapability } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import { killTask, START, startTask } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import { createMemoryServerState, type MemoryServerState } from '../../servers/memory/state.ts';
import { swapServerStep } from '../../servers/swap/server.ts';
import { createSwapServerState } from '../../servers/swap/state.ts';
import { addExtent, createStore } from '../../servers/swap/store.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { RUN_LENGTH_MAX } from '../../sim-hw/references.ts';
import { createBareKernel, FREE_COSTS, fixedDevice } from '../run/bare-kernel.ts';
import { MEMORY, SWAP } from '../run/layout.ts';
import type { Spoken } from './undefended.ts';

/** A message as a task has heard it. */
export interface Heard {
  readonly name: string;
  readonly fields: Readonly<Record<string, number>>;
  /** A capability came along; its slot is the first word. */
  readonly cameAlong: boolean;
  readonly slot: number;
}

export interface Table {
  readonly kernel: Kernel;
  readonly server: MemoryServerState;
  readonly tasks: ReadonlyMap<string, Seat>;
}

export interface Seat {
  readonly id: number;
  readonly inbox: Heard[];
  /** Ports to the others, by name. */
  readonly ports: Map<string, number>;
}

const CONTAINERS = 64;
/** What the swap device takes for a page. */
const DEVICE_NS = 1000;
const SWAP_LOCK_NS = 10_000;

/** Everybody is there, and nobody has said anything. */
export function createTable({ document, planted }: Spoken): Table {
  const { frames, pages, tasks: names, terms, claims, pageTable } = document;
  const kernel = createBareKernel({
    frames,
    orderMax: 9,
    clients: names.length,
    program: {
      references: RUN_LENGTH_MAX,
      runs: new Uint32Array(1),
      pageNumbers: Float64Array.from({ length: pages }, (_, page) => page),
    },
    format: pageTableFormats[pageTable],
    costs: FREE_COSTS,
    slice: 1000,
    windows: CONTAINERS,
    messagesMax: 1024,
    planted: planted ?? '',
  });
  const server = createMemoryServerState(MEMORY, frames, terms, CONTAINERS, planted, claims);
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state: server });
  const device = fixedDevice(DEVICE_NS);
  const store = createStore();
  const swap = createSwapServerState(SWAP, 0, store, device.create(1), SWAP_LOCK_NS, 8, false);
  addTask(kernel, 'swap', -1, { step: swapServerStep(device), state: swap });
  givePort(kernel, SWAP, MEMORY);
  kernel.state.watchers.push(MEMORY, SWAP);
  const tasks = new Map(names.map((name, space) => [name, takeSeat(kernel, name, space)]));
  for (const [name, { id, ports }] of tasks) {
    ports.set('swap', givePort(kernel, id, SWAP));
    for (const [other, seat] of tasks)
      if (other !== name) ports.set(other, givePort(kernel, id, seat.id));
    addExtent(store, id, pages, 0);
    startTask(kernel, id);
  }
  deliverAll(kernel);
  return { kernel, server, tasks };
}

function takeSeat(kernel: Kernel, name: string, space: number): Seat {
  const inbox: Heard[] = [];
  const step = (_kernel: Kernel, _state: object, message: Message) => {
    if (message.op === START) return;
    inbox.push({
      name: messageName(message.op) ?? `#${message.op}`,
      fields: fieldsOf(message),
      cameAlong: message.cameAlong,
      slot: message.w0,
    });
  };
  const id = addTask(kernel, name, space, { step, state: {} });
  return { id, inbox, ports: new Map([['memory', givePort(kernel, id, MEMORY)]]) };
}

/** `seat` says something to whoever is at `port`, with a capability or none. False: nobody heard. */
export function speak(
  { kernel }: Table,
  { id }: Seat,
  port: number,
  name: MessageName,
  fields: Readonly<Record<string, number>>,
  along: number | null,
): boolean {
  kernel.state.account = id;
  const { w0, w1, w2, w3, time } = wordsOf(name, fields);
  const went =
    along === null
      ? send(kernel, id, port, OP[name], w0, w1, w2, w3, time)
      : sendCapability(kernel, id, port, OP[name], along, w1, w2, w3);
  deliverAll(kernel);
  return went;
}

/** `seat` dies. */
export function kill({ kernel }: Table, { id }: Seat): void {
  killTask(kernel, id);
  deliverAll(kernel);
}
