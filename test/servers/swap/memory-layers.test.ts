import { expect, test } from 'vitest';
import { DEVICE_FAILED, DONE } from '../../../contracts/refusals.ts';
import { askAlone, createStackAlone, type StackAlone } from '../../../lab/run/stack-alone.ts';
import { createPoolSize, noteFetch } from '../../../servers/swap/layers/pool-size.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import { DISCARD, FETCH, FLUSH, NO_ID, STORE } from '../../../servers/swap/stack/requests.ts';
import { statOf } from '../../../servers/swap/stack/stack.ts';
import { type Contents, stamped } from '../../../sim-hw/contents.ts';
import { devices } from '../../../sim-hw/devices/index.ts';
import type { MediumState } from '../../../sim-hw/devices/medium.ts';
import { WORK } from '../../support/stack-world.ts';

function aloneOf(above: LayerPlan, keepsBytes = false): StackAlone {
  return createStackAlone([above, { layer: 'disk' }], {
    ids: 64,
    roots: 1,
    keepsBytes,
    seed: 1,
    work: WORK,
    models: devices,
    device: 'nvme',
  });
}

function countsOf(alone: StackAlone, node: number): Record<string, number> {
  return statOf(alone.stack)[node]?.counts ?? {};
}

function store(alone: StackAlone, id: number, value: number): number {
  return askAlone(alone, STORE, id, 1, stamped(value, id + 1));
}

function stampIn(alone: StackAlone): [number, number] {
  const { low, high } = alone.stack.state.pool.contents[0] as Contents;
  return [low, high];
}

test('[SWAP15] a store is answered from memory, and a page that waits is fetched without the device', () => {
  const alone = aloneOf({ layer: 'waiting', frames: 8, low: 1 });
  for (let id = 0; id < 4; id++) store(alone, id, 5);
  expect([askAlone(alone, FETCH, 2), ...stampIn(alone)]).toEqual([DONE, 5, 3]);
  expect(alone.nowNs).toBe(0);
  expect(countsOf(alone, 0)).toMatchObject({ rescues: 1, writes: 0, used: 4 });
  expect(countsOf(alone, 1)).toMatchObject({ writes: 0, reads: 0 });
  // Copied in four times and out once.
  expect(alone.workNs).toBe(5 * WORK.copyNs);
});

test('[SWAP15] what is stored again, or discarded, before it is written is written once, or never', () => {
  const alone = aloneOf({ layer: 'waiting', frames: 8, low: 1 });
  store(alone, 1, 5);
  store(alone, 1, 6);
  store(alone, 2, 7);
  askAlone(alone, DISCARD, 2);
  expect(askAlone(alone, FLUSH, NO_ID)).toBe(DONE);
  expect(countsOf(alone, 0)).toMatchObject({ again: 1, saved: 1, writes: 1, used: 0 });
  expect([askAlone(alone, FETCH, 1), ...stampIn(alone)]).toEqual([DONE, 6, 2]);
  expect(countsOf(alone, 0).rescues).toBe(0);
});

test('[SWAP15] what was answered is kept when it cannot be written; the next who needs a frame hears why', () => {
  const alone = aloneOf({ layer: 'waiting', frames: 2, low: 0, writers: 1 });
  const { medium } = alone.stack.state.disks[0] as { medium: MediumState };
  medium.faults.writeErrors = 65536;
  expect([store(alone, 0, 1), store(alone, 1, 2), store(alone, 2, 3)]).toEqual([
    DONE,
    DONE,
    DEVICE_FAILED,
  ]);
  expect(askAlone(alone, FLUSH, NO_ID)).toBe(DEVICE_FAILED);
  expect([askAlone(alone, FETCH, 0), ...stampIn(alone)]).toEqual([DONE, 1, 1]);
  medium.faults.writeErrors = 0;
  expect([store(alone, 2, 4), askAlone(alone, FLUSH, NO_ID)]).toEqual([DONE, DONE]);
});

test('[SWAP16] compressed pages are packed into blocks; fetched from memory they cost no device', () => {
  for (const keepsBytes of [false, true]) {
    const alone = aloneOf({ layer: 'compressed', frames: 40, framesMin: 40 }, keepsBytes);
    for (let id = 0; id < 64; id++) expect(store(alone, id, id)).toBe(DONE);
    const { used, raw, rawBytes, compressedBytes } = countsOf(alone, 0);
    expect(used).toBeLessThan((64 - (raw as number)) / 1.5);
    expect((rawBytes as number) / (compressedBytes as number)).toBeGreaterThan(2);
    expect(countsOf(alone, 1).writes).toBe(raw);
    const before = alone.nowNs;
    let read = 0;
    for (let id = 0; id < 64; id++) {
      expect([askAlone(alone, FETCH, id), ...stampIn(alone)]).toEqual([DONE, id, id + 1]);
      read = countsOf(alone, 1).reads as number;
    }
    expect(read).toBe(raw);
    expect(alone.nowNs > before).toBe((raw as number) > 0);
    expect(statOf(alone.stack)[0]?.note).toMatch(keepsBytes ? 'WKdm' : 'a model');
  }
});

test('[SWAP16] several pages go below in one write, and come back from one read', () => {
  const alone = aloneOf({ layer: 'compressed', frames: 4, framesMin: 4 });
  for (let id = 0; id < 64; id++) store(alone, id, id);
  expect(askAlone(alone, FLUSH, NO_ID)).toBe(DONE);
  const { raw, blocksWritten, used } = countsOf(alone, 0) as Record<string, number>;
  expect(used).toBe(0);
  expect(blocksWritten).toBeLessThan((64 - (raw as number)) / 1.5);
  expect(countsOf(alone, 1).writes).toBe((raw as number) + (blocksWritten as number));
  for (let id = 0; id < 64; id++)
    expect([askAlone(alone, FETCH, id), ...stampIn(alone)]).toEqual([DONE, id, id + 1]);
  for (let id = 0; id < 64; id++) askAlone(alone, DISCARD, id);
  expect(countsOf(alone, 1).stored).toBe(0);
});

test('[SWAP16] the pool grows when twice the size would have served, and shrinks when it serves few', () => {
  const pool = createPoolSize(4, 32);
  expect(pool.frames).toBe(18);
  for (let i = 0; i < 64 * 20; i++) noteFetch(pool, i % 4 === 0 ? 5 : 0);
  expect(pool.frames).toBe(32);
  for (let i = 0; i < 64 * 40; i++) noteFetch(pool, 1000);
  expect(pool.frames).toBe(4);
  const steady = createPoolSize(4, 32);
  for (let i = 0; i < 640; i++) noteFetch(steady, i % 4 === 0 ? 1000 : 0);
  expect(steady.frames).toBe(18);
});
