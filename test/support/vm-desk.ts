/** A desk for tests of the virtual memory server: three tasks that speak to it, and hear its answers. */

import { expect } from 'vitest';
import { type MessageName, OP } from '../../contracts/messages.ts';
import { createBareKernel, FREE_COSTS } from '../../lab/run/bare-kernel.ts';
import { deliverAll, send, sendCapability } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import { startTask } from '../../nucleus/life.ts';
import type { Message } from '../../nucleus/messages.ts';
import * as mach from '../../servers/central/mach/vm/index.ts';
import {
  createVmServerState,
  memoryOf,
  type VmServerLimits,
  type VmServerState,
  vmServerStep,
} from '../../servers/central/mach/vm-server.ts';
import { x8664 } from '../../sim-hw/page-table/x86-64.ts';
import { reasonName } from './bad-input/row.ts';

export const SERVER = 1;
export const [A, B, C] = [2, 3, 4];

export interface Desk {
  readonly kernel: Kernel;
  readonly server: VmServerState;
  readonly heard: { task: number; message: Message }[];
}

export function createVmDesk(
  options: Partial<mach.VmOptions> = {},
  limits: Partial<VmServerLimits> = {},
): Desk {
  const program = { references: 1, runs: new Uint32Array(1), pageNumbers: new Float64Array(1) };
  const kernel = createBareKernel({
    frames: 16,
    orderMax: 0,
    clients: 3,
    program,
    format: x8664,
    costs: { ...FREE_COSTS, messageNs: 10, mapNs: 100, scanNs: 1, copyNs: 1000, zeroNs: 500 },
    slice: 1000,
    windows: 1,
    messagesMax: 64,
    planted: '',
  });
  const server = createVmServerState(
    SERVER,
    {
      format: x8664,
      frames: 64,
      spaces: 4,
      addressEnd: 40 * 4096,
      ...options,
    },
    limits,
  );
  const heard: Desk['heard'] = [];
  addTask(kernel, 'memory', -1, { step: vmServerStep, state: server });
  for (const [space, task] of [A, B, C].entries())
    addTask(kernel, `task ${task}`, space, {
      step: (_kernel, _state, message) => heard.push({ task, message: { ...message } }),
      state: {},
    });
  for (const task of [A, B, C]) givePort(kernel, task, SERVER);
  givePort(kernel, A, B);
  givePort(kernel, B, C);
  kernel.state.watchers.push(SERVER);
  for (const task of [A, B, C]) startTask(kernel, task);
  deliverAll(kernel);
  return { kernel, server, heard };
}

/** Says it; returns what the sender hears: an answer's words, or the reason. */
export function say(
  desk: Desk,
  from: number,
  name: MessageName,
  ...words: number[]
): number[] | string {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
  desk.heard.length = 0;
  desk.kernel.state.account = from;
  send(desk.kernel, from, 0, OP[name], w0, w1, w2, w3, 0);
  deliverAll(desk.kernel);
  expect(desk.heard.map(({ task }) => task)).toEqual([from]);
  const { op, w0: first, w1: second, w2: third } = desk.heard[0].message;
  if (op !== OP.refused) return [first, second, third];
  expect(third).toBe(OP[name]);
  return reasonName(second);
}

export function spaceOf(desk: Desk, task: number, pages = 0): number {
  const [, space] = say(desk, task, 'vmCreate', 5) as number[];
  if (pages > 0) expect(say(desk, task, 'vmAllocate', space, 0, pages)).toBeTypeOf('object');
  return space;
}

/** What tasks can see of the server: spaces, their ranges, who has a capability. */
export function visible({ kernel, server }: Desk): unknown[] {
  const { spaces, objects, underWay, ending } = server;
  const ranges = spaces.values.map((task) => {
    const found: unknown[] = [];
    for (let address = 0; ; ) {
      const region = mach.vmRegion(memoryOf(kernel, server), task, address);
      if (region === undefined || typeof region === 'string') return [found, region];
      found.push(region);
      address = region.start + region.size;
    }
  });
  return [
    spaces,
    objects,
    underWay,
    ending,
    ranges,
    kernel.state.capabilities.map(({ kind }) => kind),
  ];
}

/** Task of the virtual memory that the newest space is of. */
export function newest({ server }: Desk): number {
  return Math.max(...server.spaces.values);
}

/** Hands the capability on to the next task (A to B, B to C), in a message of that name; its new slot. */
export function hand(desk: Desk, from: number, slot: number, name: MessageName): number {
  sendCapability(desk.kernel, from, 1, OP[name], slot, 0, 0, 0);
  deliverAll(desk.kernel);
  return desk.heard.at(-1)?.message.w0 as number;
}
