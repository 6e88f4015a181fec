/** UVM beside Mach's shadow objects: the same operations, the same contents, another amount of memory. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as mach from '../../../../servers/central/mach/vm/index.ts';
import { checkUvm } from '../../../../servers/central/uvm/check.ts';
import { readPage, writePage } from '../../../../servers/central/uvm/fault.ts';
import { exit, fork } from '../../../../servers/central/uvm/fork.ts';
import { inheritPages, mapAnonymous, unmapRange } from '../../../../servers/central/uvm/map.ts';
import { addSpace, createUvm, type UvmState } from '../../../../servers/central/uvm/state.ts';
import { createContents, stamped } from '../../../../sim-hw/contents.ts';
import { x8664 } from '../../../../sim-hw/page-table/x86-64.ts';
import { xorshift32 } from '../../../support/reference-strings.ts';

const PAGE = 4096;
const PAGES = 6;

/** The same tasks on both sides; null: ended. */
interface Both {
  readonly vm: mach.Vm;
  readonly uvm: UvmState;
  readonly tasks: ({ mach: number; uvm: number } | null)[];
  serial: number;
}

function start(pages: number, frames: number, collapsing: mach.Collapsing = 'existence'): Both {
  const vm = mach.createVm({ format: x8664, frames, collapsing });
  const uvm = createUvm(frames, 0, 1);
  const task = mach.createTask(vm) as number;
  return { vm, uvm, tasks: [{ mach: task, uvm: addSpace(uvm, pages) }], serial: 1 };
}

function write(both: Both, task: { mach: number; uvm: number }, page: number): void {
  const value = both.serial++;
  const done = writePage(both.uvm, task.uvm, page, value);
  const refused = mach.writeMemory(both.vm, task.mach, page * PAGE, stamped(value, 1));
  expect(refused === undefined).toBe(done === null);
}

/** What a task reads on either side; null: nothing is there. Zero-filled is 0. */
function read(both: Both, task: { mach: number; uvm: number }, page: number): (number | null)[] {
  const found = readPage(both.uvm, task.uvm, page);
  const contents = createContents(false);
  const refused = mach.readMemory(both.vm, task.mach, page * PAGE, contents);
  const shown = refused === undefined ? contents.low : null;
  return [typeof found === 'number' ? found : null, shown];
}

const steps = fc.array(
  fc.record({
    op: fc.nat(9),
    task: fc.nat(3),
    from: fc.nat(PAGES - 1),
    length: fc.integer({ min: 1, max: 4 }),
    how: fc.nat(2),
  }),
  { minLength: 10, maxLength: 60, size: 'max' },
);

type Step = typeof steps extends fc.Arbitrary<(infer One)[]> ? One : never;

function take(both: Both, { op, task: number, from, length, how }: Step): void {
  const { vm, uvm, tasks } = both;
  const living = tasks.filter((each) => each !== null);
  const task = living[number % living.length];
  const to = Math.min(PAGES, from + length);
  if (op <= 1) {
    const refused = mapAnonymous(uvm, task.uvm, from, to);
    const address = mach.vmAllocate(vm, task.mach, (to - from) * PAGE, from * PAGE);
    expect(typeof address === 'number').toBe(refused === null);
  } else if (op <= 5) write(both, task, from);
  else if (op === 6) {
    unmapRange(uvm, task.uvm, from, to);
    mach.vmDeallocate(vm, task.mach, from * PAGE, (to - from) * PAGE);
  } else if (op === 7) {
    const inherit = (['share', 'copy', 'none'] as const)[how];
    // Mach refuses for a range that is not mapped throughout; UVM sets what there is.
    for (let page = from; page < to; page++) {
      inheritPages(uvm, task.uvm, page, page + 1, inherit);
      mach.vmInherit(vm, task.mach, page * PAGE, PAGE, inherit);
    }
  } else if (op === 8) {
    if (living.length >= 4) return;
    const child = mach.forkTask(vm, task.mach);
    expect(typeof child).toBe('number');
    tasks.push({ mach: child as number, uvm: fork(uvm, task.uvm) });
  } else if (living.length > 1) {
    exit(uvm, task.uvm);
    mach.endTask(vm, task.mach);
    tasks[tasks.indexOf(task)] = null;
  }
}

test('[UVM1] every task reads the same under UVM as under shadow objects, after any operations', () => {
  const property = fc.property(steps, (all) => {
    const both = start(PAGES, 600);
    for (const step of all) take(both, step);
    for (const task of both.tasks) {
      if (task === null) continue;
      for (let page = 0; page < PAGES; page++) {
        const [under, beside] = read(both, task, page);
        expect(under).toBe(beside);
      }
    }
    expect(checkUvm(both.uvm)).toBeUndefined();
  });
  fc.assert(property, { seed: 20_260_507, numRuns: 200 });
});

test.each([
  ['off', 449],
  ['existence', 64],
] as const)(
  '[UVM2] fifty rounds of fork, eight writes and exit hold 64 frames, shadows with collapse %s %i',
  (collapsing, shadows) => {
    const both = start(64, 600, collapsing);
    const { vm, uvm, tasks } = both;
    const first = tasks[0] as { mach: number; uvm: number };
    mapAnonymous(uvm, first.uvm, 0, 64);
    mach.vmAllocate(vm, first.mach, 64 * PAGE, 0);
    for (let page = 0; page < 64; page++) write(both, first, page);
    const draw = xorshift32(1);
    let parent = first;
    for (let round = 0; round < 50; round++) {
      const child = { mach: mach.forkTask(vm, parent.mach) as number, uvm: fork(uvm, parent.uvm) };
      for (let at = 0; at < 8; at++) write(both, child, draw() % 64);
      exit(uvm, parent.uvm);
      mach.endTask(vm, parent.mach);
      parent = child;
    }
    const held = uvm.frames.holds.length - uvm.frames.free.length;
    const { active, inactive } = mach.vmStatistics(vm);
    expect([held, active + inactive]).toEqual([64, shadows]);
    for (let page = 0; page < 64; page++) {
      const [under, beside] = read(both, parent, page);
      expect(under).toBe(beside);
    }
  },
);
