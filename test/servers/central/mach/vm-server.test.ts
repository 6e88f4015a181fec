/** The virtual memory server: whose capability lets whom do what. Row 14 of Mach's feature table. */

import { expect, test } from 'vitest';
import { type MessageName, OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import { VM_EAGER, VM_FORK, VM_LEND, VM_MAXIMUM } from '../../../../contracts/vm-messages.ts';
import { createBareKernel, FREE_COSTS } from '../../../../lab/run/bare-kernel.ts';
import type { CapabilityTable } from '../../../../nucleus/capabilities.ts';
import { deliverAll, send, sendCapability } from '../../../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel } from '../../../../nucleus/kernel.ts';
import { killTask, startTask } from '../../../../nucleus/life.ts';
import type { Message } from '../../../../nucleus/messages.ts';
import * as mach from '../../../../servers/central/mach/vm/index.ts';
import {
  createVmServerState,
  memoryOf,
  type VmServerState,
  vmServerStep,
} from '../../../../servers/central/mach/vm-server.ts';
import { x8664 } from '../../../../sim-hw/page-table/x86-64.ts';
import { hashState } from '../../../../sim-hw/state.ts';
import { reasonName } from '../../../support/bad-input/row.ts';
import { vmReasons } from '../../../support/bad-input/vm-rows.ts';
import { get, put } from '../../../support/memory-desk.ts';

const SERVER = 1;
const [A, B, C] = [2, 3, 4];

interface Desk {
  readonly kernel: Kernel;
  readonly server: VmServerState;
  readonly heard: { task: number; message: Message }[];
}

function createDesk(options: Partial<mach.VmOptions> = {}): Desk {
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
  const server = createVmServerState(SERVER, {
    format: x8664,
    frames: 64,
    spaces: 4,
    addressEnd: 40 * 4096,
    ...options,
  });
  const heard: Desk['heard'] = [];
  addTask(kernel, 'memory', -1, { step: vmServerStep, state: server });
  for (const [space, task] of [A, B, C].entries())
    addTask(kernel, `task ${task}`, space, {
      step: (_kernel, _state, message) => heard.push({ task, message: { ...message } }),
      state: {},
    });
  for (const task of [A, B, C]) givePort(kernel, task, SERVER);
  givePort(kernel, A, B);
  kernel.state.watchers.push(SERVER);
  for (const task of [A, B, C]) startTask(kernel, task);
  deliverAll(kernel);
  return { kernel, server, heard };
}

/** Says it; returns what the sender hears: an answer's words, or the reason. */
function say(desk: Desk, from: number, name: MessageName, ...words: number[]): number[] | string {
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

function spaceOf(desk: Desk, task: number, pages = 0): number {
  const [, space] = say(desk, task, 'vmCreate', 5) as number[];
  if (pages > 0) expect(say(desk, task, 'vmAllocate', space, 0, pages)).toBeTypeOf('object');
  return space;
}

/** What tasks can see of the server: spaces, their ranges, who has a capability. */
function visible({ kernel, server }: Desk): unknown[] {
  const { tasks, owners, generations } = server;
  const ranges = tasks.map((task) => {
    const found: unknown[] = [];
    for (let address = 0; ; ) {
      const region = mach.vmRegion(memoryOf(kernel, server), task, address);
      if (region === undefined || typeof region === 'string') return [found, region];
      found.push(region);
      address = region.start + region.size;
    }
  });
  return [tasks, owners, generations, ranges, kernel.state.capabilities.map(({ kind }) => kind)];
}

/** Task of the virtual memory that the newest space is of. */
function newest({ server }: Desk): number {
  return Math.max(...server.tasks);
}

test('[VM19] who has the capability may work on a space; nobody else may, and nothing has changed', () => {
  const desk = createDesk();
  const space = spaceOf(desk, A, 4);
  const vm = memoryOf(desk.kernel, desk.server);
  expect(put(vm, newest(desk), 0, 9)).toBeUndefined();
  const before = hashState(visible(desk));
  const attempts: [MessageName, number[]][] = [
    ['vmAllocate', [space, 8, 1]],
    ['vmDeallocate', [space, 0, 1]],
    ['vmProtect', [space, 0, 1, 1]],
    ['vmInherit', [space, 0, 1, 1]],
    ['vmCopy', [space, 0, 1, 1]],
    ['vmFork', [space, 0, 1]],
    ['vmRead', [space, 0, 1, space]],
    ['vmEnd', [space]],
  ];
  for (const [name, words] of attempts)
    expect(say(desk, B, name, ...words), name).toBe('NO_SUCH_TASK');
  expect(hashState(visible(desk))).toBe(before);
  // Handed on, it is B's to use, and A's no more.
  sendCapability(desk.kernel, A, 1, OP.handControl, space, 0, 0, 0);
  deliverAll(desk.kernel);
  const handed = desk.heard.at(-1)?.message.w0 as number;
  expect(say(desk, A, 'vmProtect', space, 0, 1, 1)).toBe('NO_SUCH_TASK');
  expect(say(desk, B, 'vmProtect', handed, 0, 1, 1)).toEqual([handed, OP.vmProtect, 0]);
  expect(put(vm, newest(desk), 0, 10)).toBe('PROTECTION_FAILURE');
  expect(get(vm, newest(desk), 0)).toBe(9);
});

test('[VM19] a parent works on its child’s space: memory read, inherited, ended', () => {
  const desk = createDesk();
  const parent = spaceOf(desk, A, 4);
  const vm = memoryOf(desk.kernel, desk.server);
  const own = newest(desk);
  put(vm, own, 0, 1);
  say(desk, A, 'vmInherit', parent, 1, 1, 1);
  const [tag, child] = say(desk, A, 'vmFork', parent, VM_FORK, 77) as number[];
  expect(tag).toBe(77);
  const task = newest(desk);
  put(vm, task, 0, 2);
  put(vm, task, 1, 3);
  expect([get(vm, own, 0), get(vm, own, 1)]).toEqual([1, 3]);
  const [, , at] = say(desk, A, 'vmRead', child, 0, 1, parent) as number[];
  expect([at, get(vm, own, at)]).toEqual([4, 2]);
  expect(say(desk, A, 'vmEnd', child)).toEqual([child, OP.vmEnd, 0]);
  expect(say(desk, A, 'vmEnd', child)).toBe('NO_SUCH_TASK');
  expect(mach.checkVm(vm)).toBeUndefined();
});

test('[VM20] a space ends with who made it, and those that have it on loan with it', () => {
  const desk = createDesk();
  const vm = memoryOf(desk.kernel, desk.server);
  const space = spaceOf(desk, A, 4);
  put(vm, newest(desk), 0, 1);
  const [, lent] = say(desk, A, 'vmFork', space, VM_LEND, 0) as number[];
  expect(say(desk, A, 'vmAllocate', space, -1, 1)).toBe('BUSY');
  expect(say(desk, A, 'vmAllocate', lent, -1, 1)).toEqual([lent, OP.vmAllocate, 4]);
  expect(say(desk, A, 'vmEnd', lent)).toBeTypeOf('object');
  expect(say(desk, A, 'vmAllocate', space, -1, 1)).toEqual([space, OP.vmAllocate, 5]);
  say(desk, A, 'vmFork', space, VM_LEND, 0);
  sendCapability(desk.kernel, A, 1, OP.handControl, space, 0, 0, 0);
  deliverAll(desk.kernel);
  const handed = desk.heard.at(-1)?.message.w0 as number;
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  expect(mach.vmStatistics(vm).free).toBe(64);
  expect(say(desk, B, 'vmProtect', handed, 0, 1, 1)).toBe('NO_SUCH_TASK');
  // The number of the space is used again, by a capability that the old one is not.
  const again = spaceOf(desk, B, 2);
  expect(say(desk, B, 'vmProtect', handed, 0, 1, 1)).toBe('NO_SUCH_TASK');
  expect(say(desk, B, 'vmProtect', again, 0, 1, 1)).toBeTypeOf('object');
});

test('[VM19] each message is refused for each reason that its row names, and nothing has changed', () => {
  const seen: Record<string, string[]> = {};
  const expectRefused = (desk: Desk, name: MessageName, reason: string, ...words: number[]) => {
    const hash = () => hashState(visible(desk));
    const before = hash();
    expect(say(desk, A, name, ...words), `${name} ${reason}`).toBe(reason);
    expect(hash(), name).toBe(before);
    seen[name] = [...(seen[name] ?? []), reason];
  };
  const desk = createDesk({ frames: 16, blocks: 2 });
  const vm = memoryOf(desk.kernel, desk.server);
  const space = spaceOf(desk, A, 12);
  for (let page = 0; page < 10; page++) put(vm, newest(desk), page, page);
  say(desk, A, 'vmProtect', space, 11, 1, VM_MAXIMUM);
  const full = spaceOf(desk, A, 40);
  expectRefused(desk, 'vmFork', 'NO_FREE_FRAMES', space, VM_EAGER, 1);
  expectRefused(desk, 'vmAllocate', 'NO_PLACE', space, 3, 1);
  expectRefused(desk, 'vmProtect', 'NO_SUCH_PAGE', space, 11, 2, 1);
  expectRefused(desk, 'vmProtect', 'NO_RIGHT', space, 11, 1, 3);
  expectRefused(desk, 'vmInherit', 'NO_SUCH_PAGE', space, 30, 2, 1);
  expectRefused(desk, 'vmCopy', 'NO_SUCH_PAGE', space, 0, 2, 30);
  expectRefused(desk, 'vmCopy', 'NO_RIGHT', space, 0, 1, 11);
  expectRefused(desk, 'vmRead', 'NO_SUCH_PAGE', space, 30, 1, full);
  expectRefused(desk, 'vmRead', 'NO_RIGHT', space, 11, 1, full);
  expectRefused(desk, 'vmRead', 'NO_PLACE', space, 0, 1, full);
  const [, lent] = say(desk, A, 'vmFork', space, VM_LEND, 0) as number[];
  const ranges = ['vmAllocate', 'vmDeallocate', 'vmProtect', 'vmInherit', 'vmCopy'] as const;
  for (const name of ranges) expectRefused(desk, name, 'BUSY', space, 20, 1, 1);
  expectRefused(desk, 'vmRead', 'BUSY', full, 0, 1, space);
  expectRefused(desk, 'vmFork', 'BUSY', space, VM_FORK, 0);
  expectRefused(desk, 'vmEnd', 'BUSY', space);
  for (const name of [...ranges, 'vmEnd'] as const)
    expectRefused(desk, name, 'NO_SUCH_TASK', 9, 20, 1, 1);
  expectRefused(desk, 'vmFork', 'NO_SUCH_TASK', 9, VM_FORK, 0);
  expectRefused(desk, 'vmRead', 'NO_SUCH_TASK', full, 0, 1, 9);
  say(desk, A, 'vmEnd', lent);
  for (let more = 0; more < 2; more++) say(desk, A, 'vmCreate', 0);
  expectRefused(desk, 'vmCreate', 'NO_PLACE', 1);
  expectRefused(desk, 'vmFork', 'NO_PLACE', space, VM_FORK, 0);
  for (const [name, when] of Object.entries(vmReasons))
    expect([...new Set(seen[name])].sort(), name).toEqual(Object.keys(when).sort());
});

test('[VM19] what is no message of this server, or brings a capability along, is malformed', () => {
  const desk = createDesk();
  const space = spaceOf(desk, A, 1);
  const table = desk.kernel.state.capabilities[SERVER] as CapabilityTable;
  const { objects } = table;
  expect(say(desk, A, 'allocate', 0, 0, 0)).toBe('MALFORMED');
  expect(say(desk, A, 'vmFork', space, 3, 0)).toBe('MALFORMED');
  expect(say(desk, A, 'vmProtect', space, 0, 1, 2)).toBe('MALFORMED');
  expect(say(desk, A, 'vmDone', space, 0, 0)).toBe('MALFORMED');
  sendCapability(desk.kernel, A, 0, OP.vmEnd, space, 0, 0, 0);
  deliverAll(desk.kernel);
  expect(desk.heard.at(-1)?.message.w1).toBe(refusals.MALFORMED);
  expect(table.objects).toBe(objects);
});

test('[VM19] whoever asks pays: mappings, and pages that are copied at once', () => {
  const desk = createDesk();
  const space = spaceOf(desk, A, 8);
  const vm = memoryOf(desk.kernel, desk.server);
  for (let page = 0; page < 8; page++) put(vm, newest(desk), page, page);
  const spent = (name: MessageName, ...words: number[]): number => {
    const before = desk.kernel.state.nowNs;
    expect(say(desk, A, name, ...words)).toBeTypeOf('object');
    return desk.kernel.state.nowNs - before;
  };
  // Two messages each; 8 mappings write-protected, as one operation and seven looks; 8 copies.
  expect(spent('vmFork', space, VM_FORK, 0)).toBe(2 * 10 + 100 + 7);
  expect(spent('vmFork', space, VM_EAGER, 0)).toBe(2 * 10 + 8 * 1000);
  expect(spent('vmFork', space, VM_LEND, 0)).toBe(2 * 10);
});
