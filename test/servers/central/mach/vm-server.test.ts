/** The virtual memory server: whose capability lets whom do what. Row 14 of Mach's feature table. */

import { expect, test } from 'vitest';
import { type MessageName, OP } from '../../../../contracts/messages.ts';
import * as refusals from '../../../../contracts/refusals.ts';
import {
  objectRange,
  VM_EAGER,
  VM_FORK,
  VM_LEND,
  VM_MAXIMUM,
} from '../../../../contracts/vm-messages.ts';
import type { CapabilityTable } from '../../../../nucleus/capabilities.ts';
import { deliverAll, sendCapability } from '../../../../nucleus/ipc.ts';
import { killTask } from '../../../../nucleus/life.ts';
import * as mach from '../../../../servers/central/mach/vm/index.ts';
import { memoryOf } from '../../../../servers/central/mach/vm-server.ts';
import { hashState } from '../../../../sim-hw/state.ts';
import { vmReasons } from '../../../support/bad-input/vm-rows.ts';
import { get, put } from '../../../support/memory-desk.ts';
import {
  A,
  B,
  createVmDesk,
  type Desk,
  newest,
  SERVER,
  say,
  spaceOf,
  visible,
} from '../../../support/vm-desk.ts';

test('[VM19] who has the capability may work on a space; nobody else may, and nothing has changed', () => {
  const desk = createVmDesk();
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
    ['vmMap', [space, 0, 0, 0]],
    ['vmTake', [space, 0, 1, 0]],
    ['vmReceive', [space, 0, 0]],
    ['vmWrite', [space, 0, 0]],
    ['vmWire', [space, 0, 1, 1]],
    ['vmRegions', [space, 0]],
    ['vmMachineAttribute', [space, 0, 1, 0]],
    ['vmStatistics', [space, 0]],
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
  const desk = createVmDesk();
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
  const desk = createVmDesk();
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

/** Says what is to be refused, for that reason, with nothing changed; notes it in `seen`. */
function refuser(seen: Record<string, string[]>) {
  return (desk: Desk, name: MessageName, reason: string, ...words: number[]) => {
    const before = hashState(visible(desk));
    expect(say(desk, A, name, ...words), `${name} ${reason}`).toBe(reason);
    expect(hashState(visible(desk)), name).toBe(before);
    seen[name] = [...(seen[name] ?? []), reason];
  };
}

/** What is refused of spaces: ranges that are not there, rights, places, loans, capabilities. */
function refuseSpaces(desk: Desk, refused: ReturnType<typeof refuser>): void {
  const vm = memoryOf(desk.kernel, desk.server);
  const [, object] = say(desk, A, 'vmObject', 2, 1, 0) as number[];
  const space = spaceOf(desk, A, 12);
  for (let page = 0; page < 10; page++) put(vm, newest(desk), page, page);
  say(desk, A, 'vmProtect', space, 11, 1, VM_MAXIMUM);
  const full = spaceOf(desk, A, 40);
  refused(desk, 'vmFork', 'NO_FREE_FRAMES', space, VM_EAGER, 1);
  refused(desk, 'vmAllocate', 'NO_PLACE', space, 3, 1);
  refused(desk, 'vmProtect', 'NO_SUCH_PAGE', space, 11, 2, 1);
  refused(desk, 'vmProtect', 'NO_RIGHT', space, 11, 1, 3);
  refused(desk, 'vmInherit', 'NO_SUCH_PAGE', space, 30, 2, 1);
  refused(desk, 'vmCopy', 'NO_SUCH_PAGE', space, 0, 2, 30);
  refused(desk, 'vmCopy', 'NO_RIGHT', space, 0, 1, 11);
  refused(desk, 'vmRead', 'NO_SUCH_PAGE', space, 30, 1, full);
  refused(desk, 'vmRead', 'NO_RIGHT', space, 11, 1, full);
  refused(desk, 'vmRead', 'NO_PLACE', space, 0, 1, full);
  refused(desk, 'vmTake', 'NO_SUCH_PAGE', space, 30, 1, 0);
  refused(desk, 'vmTake', 'NO_RIGHT', space, -1, 1, 0);
  refused(desk, 'vmWire', 'NO_SUCH_PAGE', space, 30, 1, 1);
  refused(desk, 'vmWire', 'OVER_WIRED', full, 0, 10, 1);
  refused(desk, 'vmWire', 'NO_RIGHT', space, 11, 1, 1);
  refused(desk, 'vmRegions', 'NO_SUCH_PAGE', space, 12);
  const [, memory] = say(desk, A, 'vmTake', full, 0, 2, 0) as number[];
  refused(desk, 'vmMap', 'NO_SUCH_PAGE', space, -1, object, range(1, 2));
  refused(desk, 'vmMap', 'NO_PLACE', space, 0, object, range(0, 1));
  refused(desk, 'vmReceive', 'NO_PLACE', space, 0, memory);
  refused(desk, 'vmWrite', 'NO_SUCH_PAGE', space, 30, memory);
  refused(desk, 'vmWrite', 'NO_RIGHT', space, 10, memory);
  const [, second] = say(desk, A, 'vmTake', full, 0, 2, 0) as number[];
  refused(desk, 'vmTake', 'NO_PLACE', full, 0, 1, 0);
  say(desk, A, 'vmDrop', second);
  const [, lent] = say(desk, A, 'vmFork', space, VM_LEND, 0) as number[];
  const ranges = [
    'vmAllocate',
    'vmDeallocate',
    'vmProtect',
    'vmInherit',
    'vmCopy',
    'vmTake',
    'vmWire',
    'vmRegions',
  ] as const;
  for (const name of ranges) refused(desk, name, 'BUSY', space, 20, 1, 1);
  refused(desk, 'vmMachineAttribute', 'BUSY', space, 20, 1, 0);
  refused(desk, 'vmRead', 'BUSY', full, 0, 1, space);
  refused(desk, 'vmFork', 'BUSY', space, VM_FORK, 0);
  refused(desk, 'vmEnd', 'BUSY', space);
  refused(desk, 'vmMap', 'BUSY', space, -1, object, range(0, 1));
  for (const name of ['vmReceive', 'vmWrite'] as const)
    refused(desk, name, 'BUSY', space, 20, memory);
  for (const name of [...ranges, 'vmEnd', 'vmStatistics'] as const)
    refused(desk, name, 'NO_SUCH_TASK', 19, 0, 1, 1);
  refused(desk, 'vmMachineAttribute', 'NO_SUCH_TASK', 19, 0, 1, 0);
  refused(desk, 'vmMap', 'NO_SUCH_TASK', 19, 0, object, 0);
  for (const name of ['vmReceive', 'vmWrite'] as const)
    refused(desk, name, 'NO_SUCH_TASK', 19, 0, memory);
  refused(desk, 'vmFork', 'NO_SUCH_TASK', 19, VM_FORK, 0);
  refused(desk, 'vmRead', 'NO_SUCH_TASK', full, 0, 1, 19);
  say(desk, A, 'vmEnd', lent);
  refused(desk, 'vmMap', 'NO_SUCH_OBJECT', space, -1, memory, 0);
  refused(desk, 'vmObjectEnd', 'NO_SUCH_OBJECT', space);
  refused(desk, 'vmDrop', 'NO_SUCH_MEMORY', object);
  refused(desk, 'vmReceive', 'NO_SUCH_MEMORY', space, -1, object);
  refused(desk, 'vmWrite', 'NO_SUCH_MEMORY', space, 0, object);
  for (let more = 0; more < 2; more++) say(desk, A, 'vmCreate', 0);
  refused(desk, 'vmCreate', 'NO_PLACE', 1);
  refused(desk, 'vmFork', 'NO_PLACE', space, VM_FORK, 0);
}

/** What is refused for want of memory, of swap, and of places in the sender's table. */
function refuseShortage(desk: Desk, refused: ReturnType<typeof refuser>): void {
  const vm = memoryOf(desk.kernel, desk.server);
  const space = spaceOf(desk, A, 16);
  const [, object] = say(desk, A, 'vmObject', 4, 0, 0) as number[];
  refused(desk, 'vmObject', 'OVER_QUOTA', 3, 0, 0);
  refused(desk, 'vmObject', 'STORE_FULL', 2, 0, 0);
  say(desk, A, 'vmMap', space, 20, object, range(0, 4));
  // Pages that were changed, and that swap has no room for: none can go.
  for (let page = 0; page < 16; page++) put(vm, newest(desk), page, page);
  // A copy at once takes frames, which are not to be had.
  refused(desk, 'vmMap', 'NO_FREE_FRAMES', space, -1, object, range(0, 4, true));
  refused(desk, 'vmCopy', 'NO_FREE_FRAMES', space, 20, 4, 0);
  refused(desk, 'vmTake', 'NO_FREE_FRAMES', space, -1, 4, 0);
  refused(desk, 'vmTake', 'NO_FREE_FRAMES', space, 20, 4, 0);
  refused(desk, 'vmRead', 'NO_FREE_FRAMES', space, 20, 4, space);
  refused(desk, 'vmWire', 'NO_FREE_FRAMES', space, 20, 4, 1);
  const [, memory] = say(desk, A, 'vmTake', space, 0, 4, 0) as number[];
  refused(desk, 'vmWrite', 'NO_FREE_FRAMES', space, 20, memory);
}

const range = (from: number, pages: number, isCopy = false) => objectRange({ from, pages, isCopy });

test('[VM19] [VM21] [VM22] [VM23] each message is refused for each reason that its row names, and nothing has changed', () => {
  const seen: Record<string, string[]> = {};
  const refused = refuser(seen);
  refuseSpaces(
    createVmDesk({ frames: 16, blocks: 4 }, { wiredMax: 8, underWayMax: 2, patienceNs: 0 }),
    refused,
  );
  refuseShortage(
    createVmDesk({ frames: 16, blocks: 5 }, { objectPagesMax: 6, patienceNs: 0 }),
    refused,
  );
  const many = createVmDesk({ blocks: 400 }, { objectPagesMax: 400 });
  while (typeof say(many, A, 'vmObject', 1, 0, 0) !== 'string');
  refused(many, 'vmObject', 'NO_PLACE', 1, 0, 0);
  for (const [name, when] of Object.entries(vmReasons))
    expect([...new Set(seen[name])].sort(), name).toEqual(Object.keys(when).sort());
});

test('[VM19] what is no message of this server, or brings a capability along, is malformed', () => {
  const desk = createVmDesk();
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
  const desk = createVmDesk();
  const space = spaceOf(desk, A, 8);
  const vm = memoryOf(desk.kernel, desk.server);
  for (let page = 0; page < 8; page++) put(vm, newest(desk), page, page);
  const spent = (name: MessageName, ...words: number[]): number => {
    const before = desk.kernel.state.nowNs;
    expect(say(desk, A, name, ...words)).toBeTypeOf('object');
    return desk.kernel.state.nowNs - before;
  };
  // Two messages each; an entry (96/4096 of a copy); 8 mappings write-protected, as one operation and
  // seven looks; 8 copies.
  expect(spent('vmFork', space, VM_FORK, 0)).toBe(2 * 10 + 24 + 100 + 7);
  expect(spent('vmFork', space, VM_EAGER, 0)).toBe(2 * 10 + 24 + 8 * 1000);
  expect(spent('vmFork', space, VM_LEND, 0)).toBe(2 * 10);
});
