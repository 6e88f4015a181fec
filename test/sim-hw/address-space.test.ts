import { expect, test } from 'vitest';
import { createSpace, unitWord } from '../../sim-hw/address-space.ts';
import { KEY_BITS, KEY_MASK } from '../../sim-hw/tlb.ts';
import { loop, toReferenceString } from '../support/reference-strings.ts';

test('a unit word holds the key and the bits that choose a set', () => {
  const word = unitWord(100, 7, 0x12345, 0);
  expect(word & KEY_MASK).toBe(108);
  expect(word >>> KEY_BITS).toBe(0x45);
  expect(unitWord(0, 0, 512 * 5, 9) >>> KEY_BITS).toBe(5);
  // Page numbers beyond 2^32 keep their low bits.
  expect(unitWord(0, 0, 2 ** 40 + 3, 0) >>> KEY_BITS).toBe(3);
});

test('a new space is clean, at its start, with a key of its own for each page', () => {
  const program = toReferenceString(loop(9, 2), { collapse: true });
  const one = createSpace(0, 0, program, 0);
  const two = createSpace(1, one.pages, program, 0);
  const keys = [...one.unitOf, ...two.unitOf].map((word) => word & KEY_MASK);
  expect(new Set(keys).size).toBe(18);
  expect(keys).not.toContain(0);
  expect([two.base, two.cursor, two.offset]).toEqual([9, 0, 0]);
  expect(two.versions.some((version) => version !== 0)).toBe(false);
});
