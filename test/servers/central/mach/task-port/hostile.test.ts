/** Three tasks say whatever comes to their minds to the virtual memory server. */

import { expect, test } from 'vitest';
import { type MessageName, messageName, messages, OP } from '../../../../../contracts/messages.ts';
import { vmMessages, vmPortMessages } from '../../../../../contracts/vm-messages.ts';
import {
  type CapabilityTable,
  VM_MEMORY,
  VM_OBJECT,
  VM_SPACE,
} from '../../../../../nucleus/capabilities.ts';
import { deliverAll, send, sendCapability } from '../../../../../nucleus/ipc.ts';
import { killTask } from '../../../../../nucleus/life.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { memoryOf } from '../../../../../servers/central/mach/vm-server.ts';
import { stamped } from '../../../../../sim-hw/contents.ts';
import { xorshift } from '../../../../support/memory-desk.ts';
import { A, B, C, createVmDesk, type Desk, SERVER } from '../../../../support/vm-desk.ts';

const NAMES = Object.keys({ ...vmMessages, ...vmPortMessages }) as MessageName[];
const ANSWERS: Readonly<Record<string, string>> = {
  vmCreate: 'vmSpaceIs',
  vmFork: 'vmSpaceIs',
  vmObject: 'vmObjectIs',
  vmTake: 'vmMemoryIs',
  vmRegions: 'vmRegionIs',
  vmStatistics: 'vmStatisticsAre',
};
const CALLS = NAMES.filter((name) => !/Is$|Are$|vmDone|vmMessage/.test(name));
const ABSURD = [-1, 0.5, 2 ** 24, 2 ** 31, Number.NaN, Number.MAX_SAFE_INTEGER];

/** A word for a field: mostly small, now and then the most that the field can say, or absurd. */
function draw(random: () => number, most: number): number {
  const how = random() % 32;
  if (how === 0) return ABSURD[random() % ABSURD.length] as number;
  if (how === 1) return most;
  return random() % Math.min(most + 1, how < 6 ? 64 : 4);
}

const KINDS: Readonly<Record<string, number>> = {
  space: VM_SPACE,
  other: VM_SPACE,
  object: VM_OBJECT,
  memory: VM_MEMORY,
};

function speak(desk: Desk, random: () => number): void {
  const from = [A, B, C][random() % 3] as number;
  const drawn = NAMES[random() % NAMES.length] as MessageName;
  // What ends something comes seldom, or nothing would be there to be worked on.
  const name = /End$|Drop$/.test(drawn) && random() % 8 > 0 ? 'vmCreate' : drawn;
  const { kernel } = desk;
  const { kind } = kernel.state.capabilities[from] as CapabilityTable;
  const words = Object.entries(messages[name].shape).map(([field, schema]) => {
    const slots = kind.flatMap((one, slot) => (one === KINDS[field] ? [slot] : []));
    if (slots.length > 0 && random() % 16 > 0) return slots[random() % slots.length] as number;
    const { minValue, maxValue } = schema as { minValue: number; maxValue: number };
    return minValue < 0 && random() % 3 === 0 ? minValue : draw(random, maxValue);
  });
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
  const way = random() % 40;
  // Now and then a capability goes on, to the next task or to the server itself.
  if (way === 0) sendCapability(kernel, from, 1, OP.vmMessage, random() % kind.length, 0, 0, 0);
  else if (way === 1) sendCapability(kernel, from, 0, OP[name], 1 + (random() % 8), w1, w2, w3);
  else send(kernel, from, 0, OP[name], w0, w1, w2, w3, 0);
  deliverAll(kernel);
}

/** A page of some space is touched, as a program would. */
function touch(desk: Desk, random: () => number): void {
  const vm = memoryOf(desk.kernel, desk.server);
  const task = desk.server.spaces.values[random() % 4] ?? mach.NONE;
  if (task === mach.NONE) return;
  const contents = stamped(random(), 1);
  const page = (random() % 12) * 4096;
  if (random() % 2 === 0) mach.writeMemory(vm, task, page, contents);
  else mach.readMemory(vm, task, page, contents);
}

test('[VM25] whatever is said, all structures agree, limits hold, and nothing stays of the dead', () => {
  const served: Record<string, number> = {};
  for (let seed = 1; seed <= 40; seed++) {
    const random = xorshift(seed * 7919);
    const limits = { wiredMax: 6, objectPagesMax: 12, underWayMax: 3 };
    const desk = createVmDesk({ frames: 40, blocks: 60, spaces: 6 }, limits);
    const vm = memoryOf(desk.kernel, desk.server);
    for (let step = 0; step < 250; step++) {
      desk.heard.length = 0;
      speak(desk, random);
      touch(desk, random);
      for (const { message } of desk.heard) {
        const name = messageName(message.op === OP.vmDone ? message.w1 : message.op);
        served[`${name}`] = (served[`${name}`] ?? 0) + 1;
      }
      if (step % 4 === 0) expect(mach.checkVm(vm), `seed ${seed}, step ${step}`).toBeUndefined();
      expect(mach.vmStatistics(vm).wired).toBeLessThanOrEqual(3 * limits.wiredMax);
    }
    expect(mach.checkVm(vm), `seed ${seed}`).toBeUndefined();
    for (const task of [A, B, C]) killTask(desk.kernel, task);
    deliverAll(desk.kernel);
    expect(mach.vmStatistics(vm).free, `seed ${seed}`).toBe(40);
    expect(mach.blocksInUse(vm), `seed ${seed}`).toBe(0);
    const { spaces, objects, underWay, ending, waiting } = desk.server;
    for (const { values } of [spaces, objects, underWay])
      expect(values.every((value) => value === mach.NONE)).toBe(true);
    expect([ending, waiting, desk.kernel.state.capabilities[SERVER]?.objects]).toEqual([[], [], 0]);
  }
  // The draw reaches what is legal, too.
  expect(CALLS.filter((name) => served[ANSWERS[name] ?? name] === undefined)).toEqual([]);
});
