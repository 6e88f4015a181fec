import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandedDisk } from '../../../sim-hw/devices/commanded-disk.ts';
import { disk, diskFigures } from '../../../sim-hw/devices/disk.ts';
import { devices } from '../../../sim-hw/devices/index.ts';
import { nvme, nvmeFigures } from '../../../sim-hw/devices/nvme.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';

const MS = 1_000_000;

const request = fc.record({
  gapNs: fc.oneof(fc.constant(0), fc.nat(100 * MS)),
  block: fc.oneof(fc.nat(40), fc.nat(200_000)),
  write: fc.boolean(),
});

for (const device of Object.values(devices)) {
  test(`${device.name}: whole nanoseconds, after now, the sums add up, a clone goes on alike`, () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(request, { maxLength: 50 }), (seed, list) => {
        const state = device.create(seed);
        const twin = device.create(seed);
        let now = 0;
        let total = 0;
        for (const { gapNs, block, write } of list) {
          now += gapNs;
          const done = device.submit(state, now, block, write);
          expect(Number.isSafeInteger(done)).toBe(true);
          expect(done).toBeGreaterThan(now);
          expect(device.submit(twin, now, block, write)).toBe(done);
          total += done - now;
        }
        expect(state.requests).toBe(list.length);
        expect(state.busyNs + state.queuedNs).toBe(total);
        expect(structuredClone(state)).toEqual(twin);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  test(`${device.name}: a block that it does not hold is refused`, () => {
    const state = device.create(1);
    expect(() => device.submit(state, 0, device.blocks, false)).toThrow('no such block');
    expect(() => device.submit(state, 0, -1, true)).toThrow('no such block');
    expect(device.submit(state, 0, device.blocks - 1, false)).toBeGreaterThan(0);
  });
}

/** Mean time of `count` requests, each submitted when the one before is done. */
function meanNs(next: (at: number) => number, count: number, write: boolean): number {
  const state = disk.create(7);
  let now = 0;
  for (let at = 0; at < count; at++) now = disk.submit(state, now, next(at), write);
  return now / count;
}

test('disk: completions are in order of acceptance, one at a time', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 50 }), (list) => {
      const state = disk.create(3);
      let now = 0;
      let last = 0;
      for (const { gapNs, block, write } of list) {
        now += gapNs;
        const done = disk.submit(state, now, block, write);
        expect(done).toBeGreaterThan(last);
        last = done;
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

test('disk: random requests take the published seek, half a turn and the transfer', () => {
  const r = createRandom(1);
  const mean = meanNs(() => nextBelow(r, disk.blocks), 4000, true);
  // 14.5 + 8.33 + 1.88 ms
  expect(Math.abs(mean - 24.7 * MS)).toBeLessThan(0.5 * MS);
});

test('disk: sequential requests run at the rate of the medium, reads and writes', () => {
  const perBlock = (diskFigures.revolutionNs.value * 8) / diskFigures.sectorsPerTrack.value;
  // The arm moves once in 133 blocks and then waits up to a turn.
  for (const write of [false, true]) {
    const mean = meanNs((at) => at, 4000, write);
    expect(mean).toBeGreaterThan(perBlock);
    expect(mean).toBeLessThan(perBlock * 1.5);
  }
});

test('disk: read-ahead serves a reader that pauses; a write that pauses loses a turn', () => {
  const mean = (write: boolean): number => {
    const state = disk.create(7);
    let now = disk.submit(state, 0, 0, write);
    const startNs = now;
    for (let block = 1; block < 16; block++) {
      now = disk.submit(state, now + 100_000, block, write);
    }
    return (now - startNs) / 15;
  };
  expect(mean(false)).toBeLessThan(4 * MS);
  expect(mean(true)).toBeGreaterThan(diskFigures.revolutionNs.value);
  // Too long a pause fills the buffer: what it holds is served at once, the next block is not.
  const slow = disk.create(7);
  disk.submit(slow, 0, 0, false);
  expect(disk.submit(slow, 500 * MS, 15, false)).toBe(500 * MS + diskFigures.busNs.value);
  expect(disk.submit(slow, 600 * MS, 16, false)).not.toBe(600 * MS + diskFigures.busNs.value);
  // A write in between empties the buffer.
  const state = disk.create(7);
  const first = disk.submit(state, 0, 0, false);
  const write = disk.submit(state, first, 0, true);
  expect(disk.submit(state, write, 1, false) - write).not.toBe(diskFigures.busNs.value);
});

test('commanded disk: blocks in order take a revolution each, and what waits, waits as long', () => {
  const state = commandedDisk.create(7);
  let now = commandedDisk.submit(state, 0, 0, true);
  const startNs = now;
  for (let block = 1; block <= 100; block++) now = commandedDisk.submit(state, now, block, true);
  expect(Math.abs((now - startNs) / 100 - diskFigures.revolutionNs.value - 1.88 * MS)).toBeLessThan(
    2 * MS,
  );
  const queued = commandedDisk.submit(state, startNs, 500, false);
  expect(queued).toBeGreaterThan(now);
  expect(state.queuedNs).toBe(now - startNs);
  expect(state.busyNs).toBe(queued);
});

test('disk: queueing adds up', () => {
  const alone = disk.create(7);
  const doneAlone = disk.submit(alone, 0, 100_000, false);
  const queued = disk.create(7);
  for (let at = 0; at < 10; at++) disk.submit(queued, 0, at * 20_000, true);
  expect(disk.submit(queued, 0, 100_000, false)).toBeGreaterThan(5 * doneAlone);
  expect(queued.queuedNs).toBeGreaterThan(0);
  expect(alone.queuedNs).toBe(0);
});

test('nvme: alone each request takes its latency', () => {
  const state = nvme.create(1);
  expect(nvme.submit(state, 1000, 5, false)).toBe(1000 + nvmeFigures.readNs.value);
  expect(nvme.submit(state, MS, 5, true)).toBe(MS + nvmeFigures.writeNs.value);
  expect(state.queuedNs).toBe(0);
});

test('nvme: channels work side by side, requests of one channel wait', () => {
  const wide = nvme.create(1);
  const narrow = nvme.create(1);
  let wideDone = 0;
  let narrowDone = 0;
  for (let at = 0; at < 32; at++) {
    wideDone = Math.max(wideDone, nvme.submit(wide, 0, at, false));
    narrowDone = nvme.submit(narrow, 0, at * nvmeFigures.channels.value, false);
  }
  expect(wideDone).toBeLessThan(1.5 * nvmeFigures.readNs.value);
  expect(narrowDone).toBe(32 * nvmeFigures.readNs.value);
});

test('nvme: neither way passes its bandwidth', () => {
  for (const [write, linkNs] of [
    [false, nvmeFigures.readNs.value / nvmeFigures.channels.value],
    [true, nvmeFigures.writeLinkNs.value],
  ] as const) {
    const state = nvme.create(1);
    let done = 0;
    for (let block = 0; block < 10_000; block++) done = nvme.submit(state, 0, block, write);
    expect(done / 10_000).toBeGreaterThanOrEqual(linkNs);
    expect(done / 10_000).toBeLessThan(linkNs * 1.05);
  }
});
