import { expect, test } from 'vitest';
import { MODIFIED, PRESENT, REFERENCED } from '../../../sim-hw/page-table/format.ts';
import { rtPc } from '../../../sim-hw/page-table/rt-pc.ts';

test('the table is as large as memory asks, however sparse the spaces', () => {
  const state = rtPc.create(1024, 4);
  expect(state.tableFrames).toBe(4);
  rtPc.enter(state, 0, 0, 1, 0, 0);
  rtPc.enter(state, 3, 2 ** 20 - 1, 2, 0, 0);
  expect(state.tableFrames).toBe(4);
  expect(state.entries.length).toBe(1024);
});

test('two tasks that share a page fault at each switch: n aliases for n switches', () => {
  const state = rtPc.create(8, 2);
  let faults = 0;
  let dropped = 0;
  for (let turn = 0; turn < 20; turn++) {
    const space = turn % 2;
    if (rtPc.walk(state, space, 100) >= 0) continue;
    faults++;
    rtPc.enter(state, space, 100, 5, 0, 0);
    if (state.droppedSpace >= 0) dropped++;
  }
  expect(faults).toBe(20);
  expect(dropped).toBe(19);
});

test('referenced and modified belong to the frame: they outlive an alias, not a removal', () => {
  const state = rtPc.create(8, 2);
  rtPc.enter(state, 0, 1, 3, 0, MODIFIED);
  rtPc.enter(state, 1, 2, 3, 0, REFERENCED);
  expect([state.droppedSpace, state.droppedVpn]).toEqual([0, 1]);
  expect(rtPc.remove(state, 1, 2)).toBe((3 << 8) | PRESENT | REFERENCED | MODIFIED);
  rtPc.enter(state, 0, 1, 3, 0, 0);
  expect([state.droppedSpace, state.droppedVpn]).toEqual([-1, -1]);
  expect(state.entries[rtPc.find(state, 0, 1)]).toBe((3 << 8) | PRESENT);
});

test('probes are the anchor and the steps along the chain', () => {
  const state = rtPc.create(16, 1);
  rtPc.walk(state, 0, 1);
  expect(state.probes).toBe(1);
  // 16 anchors: these four share one. The newest stands first.
  for (const [frame, vpn] of [1, 17, 33, 49].entries()) rtPc.enter(state, 0, vpn, frame, 0, 0);
  const probes = [49, 33, 17, 1, 65].map((vpn) => {
    rtPc.walk(state, 0, vpn);
    return state.probes;
  });
  expect(probes).toEqual([2, 3, 4, 5, 5]);
});

test('a dense space without aliases fills memory with chains of one, past a segment too', () => {
  for (const pages of [4096, 2 ** 18]) {
    const state = rtPc.create(pages, 1);
    for (let page = 0; page < pages; page++) rtPc.enter(state, 0, page, page, 0, 0);
    let probes = 0;
    for (let page = 0; page < pages; page++) {
      rtPc.walk(state, 0, page);
      probes = Math.max(probes, state.probes);
    }
    expect(probes).toBe(2);
  }
});

test('the check sees a broken chain, a wrong frame, an entry on the wrong chain', () => {
  const broken = (harm: (state: ReturnType<typeof rtPc.create>) => void): string | undefined => {
    const state = rtPc.create(16, 1);
    rtPc.enter(state, 0, 1, 4, 0, 0);
    rtPc.enter(state, 0, 17, 5, 0, 0);
    expect(rtPc.check(state)).toBeUndefined();
    harm(state);
    return rtPc.check(state);
  };
  expect(broken((s) => s.anchors.fill(-1))).toMatch('no chain');
  expect(broken((s) => (s.next[4] = 5))).toMatch('twice');
  expect(broken((s) => (s.vpns[4] = 2))).toMatch('wrong chain');
  expect(broken((s) => (s.entries[4] = PRESENT))).toMatch('another frame');
  expect(broken((s) => (s.entries[4] = 0))).toMatch('wrong entry');
});
