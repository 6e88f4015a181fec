import { expect, test } from 'vitest';
import { DEVICE_FAILED, DONE, LOST_PAGE, STORE_FULL } from '../../../contracts/refusals.ts';
import { askAlone, createStackAlone, type StackAlone } from '../../../lab/run/stack-alone.ts';
import {
  createFreeMap,
  freeBlock,
  growFreeMap,
  takeBlock,
} from '../../../servers/swap/layers/free-map.ts';
import { NOTHING } from '../../../servers/swap/stack/layer.ts';
import type { DiskLayerPlan } from '../../../servers/swap/stack/plan.ts';
import { DISCARD, FETCH, FLUSH, NO_ID, STORE } from '../../../servers/swap/stack/requests.ts';
import { statOf } from '../../../servers/swap/stack/stack.ts';
import { stamped } from '../../../sim-hw/contents.ts';
import { devices } from '../../../sim-hw/devices/index.ts';
import type { MediumState } from '../../../sim-hw/devices/medium.ts';
import { WORK } from '../../support/stack-world.ts';

function diskOf(plan: Omit<DiskLayerPlan, 'layer'> = {}, keepsBytes = false): StackAlone {
  return createStackAlone([{ layer: 'disk', ...plan }], {
    ids: 16,
    roots: 1,
    keepsBytes,
    seed: 1,
    work: WORK,
    models: devices,
    device: 'disk',
  });
}

function mediumOf(alone: StackAlone): MediumState {
  return (alone.stack.state.disks[0] as { medium: MediumState }).medium;
}

function countsOf(alone: StackAlone): Record<string, number> {
  return statOf(alone.stack)[0]?.counts ?? {};
}

function store(alone: StackAlone, id: number, value: number, client = 1): number {
  return askAlone(alone, STORE, id, client, stamped(value, id + 1));
}

test('[SWAP17] blocks of one client lie together, a cluster of them after the other', () => {
  const map = createFreeMap(16, 4);
  const taken = [1, 2, 1, 2, 1, 1, 1].map((client) => takeBlock(map, client));
  expect(taken).toEqual([0, 4, 1, 5, 2, 3, 8]);
  for (let i = 0; i < 9; i++) expect(takeBlock(map, 3)).toBeGreaterThanOrEqual(0);
  expect([map.free, takeBlock(map, 1)]).toEqual([0, -1]);
  freeBlock(map, 6);
  expect([takeBlock(map, 9), takeBlock(map, 9)]).toEqual([6, -1]);
  growFreeMap(map, 20);
  expect([takeBlock(map, 9), map.free]).toEqual([16, 3]);
});

test('[SWAP17] a file grows when it is full, up to its limit; its map is written each time', () => {
  const alone = diskOf({ blocks: 4, blocksMax: 10, grow: 3, cluster: 4 });
  for (let id = 0; id < 9; id++) expect(store(alone, id, id)).toBe(DONE);
  expect(countsOf(alone)).toMatchObject({ stored: 9, blocks: 10, free: 0, grown: 2, writes: 9 });
  expect(store(alone, 9, 9)).toBe(STORE_FULL);
  expect(askAlone(alone, DISCARD, 3)).toBe(DONE);
  expect(store(alone, 9, 9)).toBe(DONE);
  expect([askAlone(alone, FETCH, 3), askAlone(alone, FETCH, 9)]).toEqual([NOTHING, DONE]);
  // A page that is stored again where nothing is free stays in its block.
  expect(store(alone, 9, 10)).toBe(DONE);
  expect(countsOf(alone).full).toBe(2);
});

test('[SWAP17] fixed places: each id in its own block; a fetch of nothing takes the time of a read', () => {
  const alone = diskOf({ fixed: true });
  store(alone, 5, 7);
  expect(mediumOf(alone).low[5]).toBe(7);
  const before = alone.nowNs;
  expect(askAlone(alone, FETCH, 6)).toBe(NOTHING);
  expect(alone.nowNs).toBeGreaterThan(before);
});

test('[SWAP12] a write that fails goes to another block; after three it is refused, the old page stays', () => {
  const alone = diskOf({ cluster: 4 });
  store(alone, 2, 1);
  mediumOf(alone).faults.badBlocks.push(1, 2);
  expect(store(alone, 2, 2)).toBe(DONE);
  expect(countsOf(alone)).toMatchObject({ errors: 2, bad: 2 });
  mediumOf(alone).faults.writeErrors = 65536;
  expect(store(alone, 2, 3)).toBe(DEVICE_FAILED);
  mediumOf(alone).faults.writeErrors = 0;
  expect(askAlone(alone, FETCH, 2)).toBe(DONE);
  expect(alone.stack.state.pool.contents[0]).toMatchObject({ low: 2, high: 3 });
});

test('[SWAP12] lost and torn writes show when they are read; a read error is tried once more', () => {
  for (const keepsBytes of [false, true])
    for (const fault of ['lostWrites', 'tornWrites'] as const) {
      const alone = diskOf({}, keepsBytes);
      mediumOf(alone).faults[fault] = 65536;
      expect(store(alone, 2, 3)).toBe(DONE);
      expect(askAlone(alone, FETCH, 2)).toBe(LOST_PAGE);
      expect(countsOf(alone).lost).toBe(1);
    }
  const alone = diskOf();
  store(alone, 2, 3);
  mediumOf(alone).faults.readErrors = 65536;
  expect(askAlone(alone, FETCH, 2)).toBe(DEVICE_FAILED);
  expect(countsOf(alone).errors).toBe(2);
});

test('[SWAP13] a flush makes durable what the drive has acknowledged', () => {
  const alone = diskOf();
  store(alone, 2, 3);
  expect(mediumOf(alone).cached).toHaveLength(1);
  expect(askAlone(alone, FLUSH, NO_ID)).toBe(DONE);
  expect(mediumOf(alone).cached).toHaveLength(0);
});
