import { expect, test } from 'vitest';
import {
  COPY,
  FILL,
  LOCK_EXCLUSIVE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  READ_VOLATILE,
  SHARE,
  WRITE,
} from '../../../../contracts/messages.ts';
import { IN_USE, LOCKED_NOW, NO_SUCH_PAGE, NOT_ALIKE } from '../../../../contracts/refusals.ts';
import { checkBooks, FIRST, hashDesk, say, settleIn } from '../../../support/desk.ts';
import {
  containerOf,
  contents,
  entrust,
  fill,
  frameOf,
  handed,
  load,
  open,
  refusal,
  SECOND,
  store,
  transfer,
  write,
} from '../../../support/pages.ts';

/** FIRST's pages 0 to 2 hold 10, 11, 12; SECOND has three of its own, mapped from page 5 on. */
function twoSides(costs = {}) {
  const made = handed({}, { costs });
  const { desk, own } = made;
  settleIn(desk, SECOND, 4, 0, 0);
  for (const index of [0, 1, 2]) write(desk, FIRST, own, index, index, 10 + index);
  const theirs = open(desk, SECOND, { lockMax: 100 });
  fill(desk, SECOND, theirs, 0, 3);
  say(desk, SECOND, 'mapPages', [theirs, 5, 3, WRITE]);
  const held = () => [FIRST, SECOND].map((client) => desk.server.clients[client]?.held);
  const seen = () => [5, 6, 7].map((page) => load(desk, SECOND, page));
  return { ...made, theirs, held, seen };
}

test('[CONT45] contents arrive in frames and under mappings that stay, and versions rise', () => {
  const { desk, own, weak, theirs, held, seen } = twoSides();
  const before = { held: held(), frames: [0, 1, 2].map((at) => frameOf(desk, SECOND, theirs, at)) };
  const { version } = containerOf(desk, SECOND, theirs);
  expect(transfer(desk, SECOND, [weak, 0, 3], [theirs, 0, 3], FILL)[0]?.slice(0, 4)).toEqual([
    'pagesDone',
    9,
    expect.anything(),
    3,
  ]);
  expect(seen()).toEqual([10, 11, 12]);
  expect(held()).toEqual(before.held);
  expect([0, 1, 2].map((at) => frameOf(desk, SECOND, theirs, at))).toEqual(before.frames);
  expect(containerOf(desk, SECOND, theirs).version).toBeGreaterThan(version);
  // Neither sees what the other writes from now on.
  expect([store(desk, FIRST, 0, 20), store(desk, SECOND, 6, 31)]).toEqual([true, true]);
  expect([seen(), contents(desk, FIRST, own, 1)]).toEqual([[10, 31, 12], 11]);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[CONT45] [TIME5] a page costs a copy, one with no contents the zeros, and no mapping', () => {
  const { desk, own, weak, theirs, seen } = twoSides({ copyNs: 100, zeroNs: 7, mapNs: 1000 });
  say(desk, FIRST, 'orphanData', [own, 1, 1]);
  say(desk, SECOND, 'fromPages', [weak, 0, 3]);
  say(desk, SECOND, 'intoPages', [theirs, 0, 3]);
  const before = desk.kernel.state.nowNs;
  say(desk, SECOND, 'transferPages', [FILL, 9]);
  expect(desk.kernel.state.nowNs - before).toBe(2 * 100 + 7);
  expect(seen()).toEqual([10, 0, 12]);
});

test('[CONT45] [CONT22] who writes on after a fill begins a new version of the page', () => {
  const { desk, weak, theirs } = twoSides();
  const { spaces } = desk.kernel.state;
  for (const [space, page] of [
    [0, 0],
    [1, 5],
  ] as const)
    (spaces[space] as (typeof spaces)[number]).written[page] = 1;
  transfer(desk, SECOND, [weak, 0, 1], [theirs, 0, 1], FILL);
  expect([spaces[0]?.written[0], spaces[1]?.written[5]]).toEqual([0, 0]);
});

test('[CONT45] all pages are filled or none, and only frames that are theirs alone', () => {
  const { desk, own, weak, theirs, seen } = twoSides();
  const other = open(desk, SECOND);
  transfer(desk, SECOND, [theirs, 1, 1], [other, 0, 1], COPY);
  say(desk, SECOND, 'orphanData', [theirs, 2, 1]);
  const no = (from: number[], into: number[], reason: number, at: number) => {
    say(desk, SECOND, 'fromPages', from);
    say(desk, SECOND, 'intoPages', into);
    const before = hashDesk(desk);
    const heard = say(desk, SECOND, 'transferPages', [FILL, 9]);
    expect(heard).toEqual([refusal(9, reason, 'transferPages', at)]);
    expect(hashDesk(desk)).toBe(before);
    say(desk, SECOND, 'fromPages', [0, 0, 0]);
  };
  no([weak, 0, 2], [theirs, 0, 2], IN_USE, 1);
  no([weak, 0, 1], [theirs, 2, 1], NO_SUCH_PAGE, 0);
  no([weak, 0, 1], [theirs, 3, 1], NO_SUCH_PAGE, 0);
  no([theirs, 0, 1], [theirs, 0, 1], NOT_ALIKE, 0);
  expect(seen()[0]).not.toBe(10);
  expect(contents(desk, FIRST, own, 0)).toBe(10);
});

test('[CONT45] [CONT20] what a lock is on is not filled, by whatever container, and not read while written', () => {
  const { desk, weak, theirs } = twoSides();
  const box = open(desk, SECOND, { lockMax: 100 });
  transfer(desk, SECOND, [theirs, 0, 1], [box, 0, 1], SHARE);
  const lent = entrust(desk, SECOND, box, FIRST);
  for (const how of [LOCK_PHYSICAL, LOCK_EXCLUSIVE, LOCK_PHYSICAL + LOCK_WRITES]) {
    say(desk, FIRST, 'lockPages', [lent, how, 1, 50]);
    for (const into of [theirs, box])
      expect(transfer(desk, SECOND, [weak, 0, 1], [into, 0, 1], FILL)[0]?.[2]).toBe(LOCKED_NOW);
    const read = transfer(desk, SECOND, [theirs, 0, 1], [theirs, 1, 1], FILL)[0];
    expect(read?.[0]).toBe(how === LOCK_PHYSICAL ? 'pagesDone' : 'refused');
    say(desk, FIRST, 'unlockContainer', [lent]);
  }
  expect(transfer(desk, SECOND, [weak, 0, 1], [box, 0, 1], FILL)[0]?.[0]).toBe('pagesDone');
  expect(contents(desk, SECOND, theirs, 0)).toBe(10);
  say(desk, SECOND, 'mapPage', [theirs, 0, 4, READ_VOLATILE]);
  expect(load(desk, SECOND, 4)).toBe(10);
});
