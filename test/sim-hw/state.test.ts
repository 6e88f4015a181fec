import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cloneState, copyInto, hashState } from '../../sim-hw/state.ts';

const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.string(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 4 }),
  fc.uint32Array({ maxLength: 4 }),
  fc.float64Array({ maxLength: 4 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('tree'), { maxKeys: 4 }),
  ),
}));
const state = fc.record({ one: tree, two: tree });

test('a clone is equal, hashes alike and shares nothing', () => {
  fc.assert(
    fc.property(state, (original) => {
      const copy = cloneState(original);
      expect(copy).toEqual(original);
      expect(hashState(copy)).toBe(hashState(original));
    }),
    { seed: 127, numRuns: 300 },
  );
  const original = { list: [new Uint8Array(2)] };
  const copy = cloneState(original);
  (copy.list[0] as Uint8Array)[0] = 1;
  expect(original.list[0]?.[0]).toBe(0);
});

test('copyInto makes the target equal, whatever it held before, and shares nothing', () => {
  fc.assert(
    fc.property(state, state, (target, source) => {
      const hash = hashState(source);
      copyInto(target, source);
      expect(hashState(target)).toBe(hash);
      expect(target).toEqual(source);
    }),
    { seed: 128, numRuns: 300 },
  );
  const source = { words: new Uint32Array([1, 2]), rows: [{ a: 1 }] };
  const target = { words: new Uint32Array(2), rows: [{ a: 0 }, { a: 9 }] };
  const { words } = target;
  copyInto(target, source);
  expect(target.words).toBe(words);
  source.words[0] = 7;
  expect(target).toEqual({ words: new Uint32Array([1, 2]), rows: [{ a: 1 }] });
});

test('the hash depends on every word, on the order of arrays, and not on that of keys', () => {
  expect(hashState({ a: 1, b: 2 })).toBe(hashState({ b: 2, a: 1 }));
  const variants = [
    [1, 2],
    [2, 1],
    [1],
    [1, 2, 0],
    [1.5, 2],
    [-1, 2],
    ['1', 2],
    [true, 2],
    [null, 2],
  ];
  expect(new Set(variants.map(hashState)).size).toBe(variants.length);
  const long = new Uint32Array(1000);
  const before = hashState(long);
  for (const at of [0, 500, 999]) {
    const other = long.slice();
    other[at] = 1;
    expect(hashState(other)).not.toBe(before);
  }
});
