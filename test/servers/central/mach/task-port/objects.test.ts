/** Memory objects by capability: mapped, shared, copied, ended. */

import { expect, test } from 'vitest';
import { objectRange, objectRangeIs } from '../../../../../contracts/vm-messages.ts';
import { deliverAll } from '../../../../../nucleus/ipc.ts';
import { killTask } from '../../../../../nucleus/life.ts';
import * as mach from '../../../../../servers/central/mach/vm/index.ts';
import { memoryOf } from '../../../../../servers/central/mach/vm-server.ts';
import { get, put } from '../../../../support/memory-desk.ts';
import { A, B, createVmDesk, hand, newest, say, spaceOf } from '../../../../support/vm-desk.ts';

const whole = (pages: number, isCopy = false) => objectRange({ from: 0, pages, isCopy });

test('[VM21] who has an object maps it: seen by all who do; a copy is what it was', () => {
  for (const strategy of [0, 1]) {
    const desk = createVmDesk({ blocks: 32 });
    const vm = memoryOf(desk.kernel, desk.server);
    const [tag, object] = say(desk, A, 'vmObject', 4, strategy, 9) as number[];
    expect(tag).toBe(9);
    const mine = spaceOf(desk, A);
    const a = newest(desk);
    say(desk, A, 'vmMap', mine, 5, object, whole(4));
    put(vm, a, 6, 61);
    say(desk, A, 'vmMap', mine, 20, object, whole(4, true));
    put(vm, a, 6, 62);
    expect([get(vm, a, 6), get(vm, a, 21)]).toEqual([62, 61]);
    const handed = hand(desk, A, object, 'handControl');
    const other = spaceOf(desk, B);
    const [, , at] = say(
      desk,
      B,
      'vmMap',
      other,
      -1,
      handed,
      objectRange({ from: 1, pages: 2, isCopy: false }),
    ) as number[];
    expect([at, get(vm, newest(desk), 0)]).toEqual([0, 62]);
    put(vm, newest(desk), 0, 63);
    expect([get(vm, a, 6), get(vm, a, 21)]).toEqual([63, 61]);
    // It was handed on: its maker has it no more.
    expect(say(desk, A, 'vmMap', mine, -1, object, whole(1))).toBe('NO_SUCH_OBJECT');
    expect(mach.checkVm(vm)).toBeUndefined();
  }
});

test('[VM21] an object that has ended stays for those who map it, and is gone with the last', () => {
  const desk = createVmDesk({ blocks: 8 }, { objectPagesMax: 8 });
  const vm = memoryOf(desk.kernel, desk.server);
  const [, object] = say(desk, A, 'vmObject', 8, 1, 0) as number[];
  const space = spaceOf(desk, A);
  say(desk, A, 'vmMap', space, 0, object, whole(2));
  say(desk, A, 'vmMap', space, 8, object, whole(2, true));
  put(vm, newest(desk), 0, 1);
  expect(say(desk, A, 'vmObjectEnd', object)).toBeTypeOf('object');
  expect(say(desk, A, 'vmMap', space, 4, object, whole(1))).toBe('NO_SUCH_OBJECT');
  expect(say(desk, A, 'vmObject', 8, 1, 0)).toBe('STORE_FULL');
  expect([get(vm, newest(desk), 0), get(vm, newest(desk), 8)]).toEqual([1, 0]);
  say(desk, A, 'vmDeallocate', space, 0, 2);
  // The copy sees the rest of it still.
  expect(mach.blocksInUse(vm)).toBe(8);
  expect(get(vm, newest(desk), 9)).toBe(0);
  say(desk, A, 'vmDeallocate', space, 8, 2);
  expect([mach.blocksInUse(vm), desk.server.ending]).toEqual([0, []]);
  expect(say(desk, A, 'vmObject', 8, 1, 0)).toBeTypeOf('object');
});

test('[VM21] an object ends with its maker; one that nobody maps gives its swap back at once', () => {
  const desk = createVmDesk({ blocks: 16 }, { objectPagesMax: 16 });
  const vm = memoryOf(desk.kernel, desk.server);
  const [, object] = say(desk, A, 'vmObject', 8, 1, 0) as number[];
  say(desk, A, 'vmObject', 8, 1, 0);
  const handed = hand(desk, A, object, 'handControl');
  const space = spaceOf(desk, B);
  say(desk, B, 'vmMap', space, 0, handed, whole(1));
  killTask(desk.kernel, A);
  deliverAll(desk.kernel);
  expect(mach.blocksInUse(vm)).toBe(8);
  expect(get(vm, newest(desk), 0)).toBe(0);
  expect(say(desk, B, 'vmMap', space, 4, handed, whole(1))).toBe('NO_SUCH_OBJECT');
  say(desk, B, 'vmEnd', space);
  expect(mach.blocksInUse(vm)).toBe(0);
});

test('[VM21] ranges of objects are told as they were meant', () => {
  for (const isCopy of [false, true])
    for (const [from, pages] of [
      [0, 1],
      [4095, 1],
      [0, 4096],
      [77, 99],
    ] as const)
      expect(objectRangeIs(objectRange({ from, pages, isCopy }))).toEqual({ from, pages, isCopy });
});
