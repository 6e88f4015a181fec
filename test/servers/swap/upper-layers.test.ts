import { expect, test } from 'vitest';
import { DEVICE_FAILED, DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import {
  askAlone,
  createStackAlone,
  type StackAlone,
  stepAlone,
} from '../../../lab/run/stack-alone.ts';
import type { EncryptingState } from '../../../servers/swap/layers/encrypting.ts';
import { NOTHING } from '../../../servers/swap/stack/layer.ts';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import { DISCARD, FETCH, STORE } from '../../../servers/swap/stack/requests.ts';
import {
  clientDied,
  type NodeState,
  powerFailed,
  statOf,
} from '../../../servers/swap/stack/stack.ts';
import { type Contents, renderBytes, stamped } from '../../../sim-hw/contents.ts';
import { devices } from '../../../sim-hw/devices/index.ts';
import { type MediumState, powerCut } from '../../../sim-hw/devices/medium.ts';
import { createNetwork, LOST_ON_THE_WAY, sendPacket } from '../../../sim-hw/devices/network.ts';
import { createRandom } from '../../../sim-hw/random.ts';
import { WORK } from '../../support/stack-world.ts';

const disk: LayerPlan = { layer: 'disk' };

function aloneOf(plan: readonly LayerPlan[], keepsBytes = false, order?: Uint8Array): StackAlone {
  return createStackAlone(plan, {
    ids: order?.length ?? 64,
    ...(order && { order }),
    roots: 1,
    keepsBytes,
    seed: 1,
    work: WORK,
    models: devices,
    device: 'nvme',
  });
}

function countsOf(alone: StackAlone, name: string): Record<string, number> {
  return statOf(alone.stack).find((one) => one.name === name)?.counts ?? {};
}

function mediumOf(alone: StackAlone, at = 0): MediumState {
  return (alone.stack.state.disks[at] as { medium: MediumState }).medium;
}

/** State of the uppermost layer. */
function topOf<S>(alone: StackAlone): S {
  return (alone.stack.state.nodes[0] as NodeState).state as S;
}

function store(alone: StackAlone, id: number, low: number, high: number, client = 1): number {
  return askAlone(alone, STORE, id, client, stamped(low, high));
}

function fetch(alone: StackAlone, id: number, client = 1): number[] {
  const reason = askAlone(alone, FETCH, id, client);
  const { low, high } = alone.stack.state.pool.contents[0] as Contents;
  return reason === DONE ? [low, high] : [reason];
}

test('[SWAP18] what two tasks store alike is written once, and stays until both have let go', () => {
  for (const keepsBytes of [false, true]) {
    const alone = aloneOf([{ layer: 'deduplicating' }, disk], keepsBytes);
    for (let id = 0; id < 20; id++) store(alone, id, 3, 7 + (id % 5), 1 + (id % 2));
    expect(countsOf(alone, 'deduplicating')).toMatchObject({ stored: 20, shared: 15, bodies: 5 });
    expect(countsOf(alone, 'disk').writes).toBe(5);
    for (let id = 0; id < 15; id++) askAlone(alone, DISCARD, id);
    expect(countsOf(alone, 'disk').stored).toBe(5);
    for (let id = 15; id < 20; id++) expect(fetch(alone, id)).toEqual([3, 7 + (id % 5)]);
    for (let id = 15; id < 20; id++) askAlone(alone, DISCARD, id);
    expect(countsOf(alone, 'disk').stored).toBe(0);
  }
});

test('[SWAP18] a body that was read wrong, or that a power failure may have taken, is not shared', () => {
  const alone = aloneOf([{ layer: 'deduplicating' }, disk]);
  mediumOf(alone).faults.lostWrites = 65536;
  store(alone, 1, 3, 7);
  mediumOf(alone).faults.lostWrites = 0;
  expect(fetch(alone, 1)).toEqual([LOST_PAGE]);
  store(alone, 2, 3, 7);
  expect(fetch(alone, 2)).toEqual([3, 7]);
  expect(fetch(alone, 1)).toEqual([LOST_PAGE]);
  powerCut(mediumOf(alone), createRandom(4));
  powerFailed(alone.stack);
  store(alone, 3, 3, 7);
  expect(countsOf(alone, 'deduplicating')).toMatchObject({ written: 3, shared: 0 });
});

test('[SWAP19] what is below an encrypting layer is neither the page nor twice the same', () => {
  const alone = aloneOf([{ layer: 'encrypting' }, disk], true);
  store(alone, 1, 3, 7);
  store(alone, 2, 3, 7);
  store(alone, 3, 3, 7, 2);
  const { bytes, low, high } = mediumOf(alone);
  const written = bytes.filter((one) => one !== null);
  const plain = new Uint8Array(4096);
  renderBytes(plain, 0, 3, 7);
  expect(written).toHaveLength(3);
  const texts = new Set([plain, ...written].map((one) => [...one].join()));
  expect(texts.size).toBe(4);
  expect([...low].some((word, at) => word === 3 && high[at] === 7)).toBe(false);
  expect([fetch(alone, 1), fetch(alone, 3, 2)]).toEqual([
    [3, 7],
    [3, 7],
  ]);
});

test('[SWAP19] a wrong key shows, with stamps as with bytes; a key is gone with its task', () => {
  for (const keepsBytes of [false, true]) {
    const alone = aloneOf([{ layer: 'encrypting' }, disk], keepsBytes);
    store(alone, 1, 3, 7);
    store(alone, 2, 4, 8, 2);
    const { keys } = topOf<EncryptingState>(alone);
    const key = keys[1] as Uint32Array;
    key[0] = (key[0] as number) ^ 1;
    expect(fetch(alone, 1)).toEqual([LOST_PAGE]);
    key[0] = (key[0] as number) ^ 1;
    expect(fetch(alone, 1)).toEqual([3, 7]);
    clientDied(alone.stack, 1);
    expect([...key].every((word) => word === 0)).toBe(true);
    expect([fetch(alone, 1), fetch(alone, 2, 2)]).toEqual([[LOST_PAGE], [4, 8]]);
    // Whoever comes next under that number has another key.
    store(alone, 3, 5, 9);
    expect(countsOf(alone, 'encrypting')).toMatchObject({ keys: 3, keysGone: 1 });
  }
});

test('[SWAP20] a mirror serves from the other side, and puts the first one right', () => {
  const alone = aloneOf([{ layer: 'mirrored', sides: [[disk], [disk]] }]);
  const first = mediumOf(alone, 0);
  first.faults.lostWrites = 65536;
  store(alone, 2, 3, 7);
  first.faults.lostWrites = 0;
  expect(fetch(alone, 2)).toEqual([3, 7]);
  expect(countsOf(alone, 'mirrored')).toMatchObject({ otherSide: 1, repairs: 1 });
  mediumOf(alone, 1).faults.readErrors = 65536;
  expect(fetch(alone, 2)).toEqual([3, 7]);
});

test('[SWAP20] a side that missed a store is not asked; when neither has it, that is said', () => {
  const alone = aloneOf([{ layer: 'mirrored', sides: [[disk], [disk]] }]);
  const [first, second] = [mediumOf(alone, 0), mediumOf(alone, 1)];
  store(alone, 2, 3, 7);
  first.faults.writeErrors = 65536;
  expect(store(alone, 2, 4, 7)).toBe(DONE);
  expect(fetch(alone, 2)).toEqual([4, 7]);
  second.faults.readErrors = 65536;
  // The first still has the page that was stored before.
  expect(fetch(alone, 2)).toEqual([DEVICE_FAILED]);
  second.faults.readErrors = 0;
  first.faults.writeErrors = 0;
  expect([fetch(alone, 2), countsOf(alone, 'mirrored').repairs]).toEqual([[4, 7], 1]);
  second.faults.readErrors = 65536;
  expect(fetch(alone, 2)).toEqual([4, 7]);
});

test('[SWAP21] a tier takes what is stored, and moves down what was used longest ago', () => {
  const alone = aloneOf([{ layer: 'tiered', upper: [disk], pages: 8, low: 2 }, disk]);
  for (let id = 0; id < 6; id++) store(alone, id, id, 7);
  expect(fetch(alone, 0)).toEqual([0, 7]);
  for (let id = 6; id < 10; id++) {
    store(alone, id, id, 7);
    while (stepAlone(alone));
  }
  const { moved, storesUp } = countsOf(alone, 'tiered') as Record<string, number>;
  expect([storesUp, moved]).toEqual([10, 4]);
  const { place } = topOf<{ place: Int32Array }>(alone);
  // Page 0 was used after 1 to 4 were.
  expect([0, 1, 2, 3, 4].map((id) => place[id] !== -1)).toEqual([true, false, false, false, false]);
  for (let id = 0; id < 10; id++) expect(fetch(alone, id)).toEqual([id, 7]);
  store(alone, 1, 99, 7);
  expect([fetch(alone, 1), place[1] !== -1]).toEqual([[99, 7], true]);
});

test('[SWAP22] a lost packet is sent again, a bounded number of times', () => {
  const alone = aloneOf([{ layer: 'remote', tries: 3, timeoutNs: 1_000_000 }, disk]);
  expect([store(alone, 1, 3, 7), fetch(alone, 1), fetch(alone, 2)]).toEqual([
    DONE,
    [3, 7],
    [NOTHING],
  ]);
  const { network } = topOf<{ network: { loss: number } }>(alone);
  network.loss = 65536;
  const before = alone.nowNs;
  expect([store(alone, 1, 4, 7), alone.nowNs - before]).toEqual([DEVICE_FAILED, 7_000_000]);
  network.loss = 0;
  // Whether it is there nobody knows.
  expect(fetch(alone, 1)).toEqual([LOST_PAGE]);
  expect([store(alone, 1, 5, 7), fetch(alone, 1)]).toEqual([DONE, [5, 7]]);
  expect(countsOf(alone, 'remote')).toMatchObject({ again: 2, failed: 1, packetsLost: 3 });
});

test('[SWAP22] a network takes its bandwidth and latency, and packets overtake each other', () => {
  const plan = { latencyNs: 1000, jitterNs: 0, bytesPerSecond: 1_000_000_000, loss: 0 };
  const plain = createNetwork(plan, 1);
  expect([sendPacket(plain, 0, 4030, 0), sendPacket(plain, 0, 34, 0)]).toEqual([5096, 5196]);
  expect(sendPacket(plain, 0, 34, 1)).toBe(1100);
  const jittery = createNetwork({ ...plan, jitterNs: 1000 }, 1);
  const times = Array.from({ length: 20 }, () => sendPacket(jittery, 0, 34, 0));
  expect(times.some((time, at) => at > 0 && time < (times[at - 1] as number))).toBe(true);
  const lossy = createNetwork({ ...plan, loss: 32768 }, 1);
  const lost = Array.from({ length: 1000 }, () => sendPacket(lossy, 0, 0, 0));
  const share = lost.filter((time) => time === LOST_ON_THE_WAY).length;
  expect(Math.abs(share - 500)).toBeLessThan(60);
});

test('[SWAP27] a page of several base pages is stored and fetched as they are, each in a block', () => {
  for (const keepsBytes of [false, true]) {
    const plan: LayerPlan[] = [{ layer: 'compressed', frames: 2 }, disk];
    const alone = aloneOf(plan, keepsBytes, Uint8Array.of(0, 9, 0));
    for (let id = 0; id < 3; id++) expect(store(alone, id, 7, 40 + id)).toBe(DONE);
    expect(countsOf(alone, 'superpages')).toMatchObject({ stores: 3, torn: 0 });
    expect(countsOf(alone, 'compressed').stores).toBe(514);
    for (const id of [2, 1, 0]) expect(fetch(alone, id)).toEqual([7, 40 + id]);
    expect(askAlone(alone, DISCARD, 1)).toBe(DONE);
    expect(fetch(alone, 1)).toEqual([NOTHING]);
    expect(fetch(alone, 2)).toEqual([7, 42]);
    expect(countsOf(alone, 'compressed').stored).toBe(2);
  }
});

test('[SWAP27] its base pages are not alike but where all are zeros', () => {
  const alone = aloneOf([{ layer: 'deduplicating' }, disk], false, Uint8Array.of(4, 4));
  store(alone, 0, 3, 5);
  expect(countsOf(alone, 'deduplicating').bodies).toBe(16);
  store(alone, 1, 0, 0);
  expect(countsOf(alone, 'deduplicating').bodies).toBe(17);
  expect([fetch(alone, 0), fetch(alone, 1)]).toEqual([
    [3, 5],
    [0, 0],
  ]);
});

test('[SWAP27] stored anew in part it is lost until it is stored or discarded; not at all: it stays', () => {
  const alone = aloneOf([disk], false, Uint8Array.of(3));
  const { faults } = mediumOf(alone);
  store(alone, 0, 1, 5);
  faults.writeErrors = 65536;
  expect(store(alone, 0, 2, 5)).toBe(DEVICE_FAILED);
  faults.writeErrors = 0;
  expect(fetch(alone, 0)).toEqual([1, 5]);
  faults.writeErrors = 56_000;
  expect(store(alone, 0, 2, 5)).toBe(DEVICE_FAILED);
  faults.writeErrors = 0;
  expect(fetch(alone, 0)).toEqual([LOST_PAGE]);
  expect(countsOf(alone, 'superpages')).toMatchObject({ torn: 1, lost: 1 });
  expect(store(alone, 0, 3, 5)).toBe(DONE);
  expect(fetch(alone, 0)).toEqual([3, 5]);
});
