import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Contents, createContents, PAGE_BYTES, stamped } from '../../../sim-hw/contents.ts';
import {
  createMedium,
  flushMedium,
  type MediumState,
  powerCut,
  readBlock,
  writeBlock,
} from '../../../sim-hw/devices/medium.ts';
import { JUNK } from '../../../sim-hw/frames.ts';
import { createRandom } from '../../../sim-hw/random.ts';
import { cloneState } from '../../../sim-hw/state.ts';

function stampAt(medium: MediumState, block: number): number[] | null {
  const contents = stamped(-1, -1);
  return readBlock(medium, block, contents) ? [contents.low, contents.high] : null;
}

function filled(byte: number): Contents {
  const contents = createContents(true);
  contents.bytes.fill(byte);
  contents.low = byte;
  return contents;
}

test('what was written last is read, with its bytes; the rest is junk', () => {
  const medium = createMedium(4, 1);
  expect(stampAt(medium, 0)).toEqual([0, JUNK]);
  writeBlock(medium, 1, filled(8));
  writeBlock(medium, 1, filled(9));
  const read = createContents(true);
  expect(readBlock(medium, 1, read)).toBe(true);
  expect(read).toEqual(filled(9));
  writeBlock(medium, 1, stamped(3, 4));
  expect(stampAt(medium, 1)).toEqual([3, 4]);
  expect(medium.bytes[1]).toBeNull();
  expect(() => stampAt(medium, 4)).toThrow('no such block');
});

test('without a cache a power cut takes nothing', () => {
  const medium = createMedium(4, 1);
  writeBlock(medium, 2, stamped(3, 4));
  powerCut(medium, createRandom(1));
  expect(stampAt(medium, 2)).toEqual([3, 4]);
});

test('what was flushed survives every power cut', () => {
  for (let seed = 0; seed < 50; seed++) {
    const medium = createMedium(4, 1, 8);
    writeBlock(medium, 0, stamped(1, 1));
    flushMedium(medium);
    writeBlock(medium, 1, stamped(2, 2));
    powerCut(medium, createRandom(seed));
    expect(stampAt(medium, 0)).toEqual([1, 1]);
    expect(medium.cached).toEqual([]);
  }
});

test('a full cache makes its oldest writes durable', () => {
  for (let seed = 0; seed < 50; seed++) {
    const medium = createMedium(8, 1, 2);
    for (let block = 0; block < 5; block++) writeBlock(medium, block, stamped(block, 9));
    powerCut(medium, createRandom(seed));
    for (let block = 0; block < 3; block++) expect(stampAt(medium, block)).toEqual([block, 9]);
  }
});

/** Every block is, after a cut, as some write left it, or torn between two that followed each other. */
test('after a power cut each block holds what one of its writes left, or is torn', () => {
  const fates = { old: 0, kept: 0, torn: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 2, max: 250 })), { maxLength: 12 }),
      fc.nat(9999),
      (writes, seed) => {
        const medium = createMedium(4, 1, 64);
        for (let block = 0; block < 4; block++) writeBlock(medium, block, filled(1));
        flushMedium(medium);
        for (const [block, byte] of writes) writeBlock(medium, block, filled(byte));
        powerCut(medium, createRandom(seed));
        for (let block = 0; block < 4; block++) {
          const read = createContents(true);
          readBlock(medium, block, read);
          const mine = writes.flatMap(([at, byte]) => (at === block ? [byte] : []));
          const values = new Set(read.bytes);
          for (const byte of values) expect([1, ...mine]).toContain(byte);
          expect(values.size).toBeLessThanOrEqual(1 + mine.length);
          if (values.size > 1) expect([read.high, read.bytes[0] === 1]).toEqual([JUNK, false]);
          if (values.size > 1) fates.torn++;
          else if (values.has(1)) fates.old++;
          else fates.kept++;
        }
      },
    ),
    { seed: 1, numRuns: 300 },
  );
  for (const count of Object.values(fates)) expect(count).toBeGreaterThan(20);
});

test('later writes may survive earlier ones', () => {
  let reordered = 0;
  for (let seed = 0; seed < 100; seed++) {
    const medium = createMedium(2, 1, 8);
    writeBlock(medium, 0, stamped(1, 1));
    writeBlock(medium, 1, stamped(2, 2));
    powerCut(medium, createRandom(seed));
    if (stampAt(medium, 0)?.[1] !== 1 && stampAt(medium, 1)?.[1] === 2) reordered++;
  }
  expect(reordered).toBeGreaterThan(10);
});

test('errors that are reported change nothing; those that are not, do', () => {
  const medium = createMedium(2, 1);
  writeBlock(medium, 0, filled(5));
  medium.faults.writeErrors = 0x1_0000;
  expect(writeBlock(medium, 0, filled(6))).toBe(false);
  medium.faults.writeErrors = 0;
  medium.faults.readErrors = 0x1_0000;
  const read = filled(77);
  expect(readBlock(medium, 0, read)).toBe(false);
  expect(read).toEqual(filled(77));
  medium.faults.readErrors = 0;
  medium.faults.lostWrites = 0x1_0000;
  expect(writeBlock(medium, 0, filled(7))).toBe(true);
  expect(readBlock(medium, 0, read)).toBe(true);
  expect(read).toEqual(filled(5));
  medium.faults.lostWrites = 0;
  medium.faults.tornWrites = 0x1_0000;
  expect(writeBlock(medium, 0, filled(8))).toBe(true);
  readBlock(medium, 0, read);
  expect([read.bytes[0], read.bytes[PAGE_BYTES - 1], read.high]).toEqual([8, 5, JUNK]);
  medium.faults.badBlocks = [0];
  expect(readBlock(medium, 0, read)).toBe(false);
  expect(medium.counts).toEqual({ reads: 4, writes: 4, flushes: 0, errors: 3 });
});

test('a clone goes on as the original does', () => {
  const medium = createMedium(4, 1, 8);
  medium.faults.tornWrites = 0x4000;
  for (let block = 0; block < 4; block++) writeBlock(medium, block, filled(block));
  const twin = cloneState(medium);
  for (const one of [medium, twin]) {
    writeBlock(one, 2, filled(9));
    powerCut(one, createRandom(3));
  }
  expect(twin).toEqual(medium);
});
