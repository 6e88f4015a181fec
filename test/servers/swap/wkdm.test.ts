import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modelSize, sizesOfLooks } from '../../../servers/swap/layers/size-model.ts';
import { compress, decompress, SLACK_WORDS, WORDS } from '../../../servers/swap/layers/wkdm.ts';
import { PAGE_BYTES, renderBytes } from '../../../sim-hw/contents.ts';

/** Tags, all words missed; and at worst a word more for places and one for lower bits. */
const NOISE = 1 + WORDS / 16 + WORDS;
const LARGEST = NOISE + 2;

function roundTrip(page: Int32Array): number {
  const packed = new Int32Array(LARGEST + SLACK_WORDS).fill(-1);
  const size = compress(page, packed, LARGEST);
  const back = new Int32Array(WORDS).fill(7);
  decompress(packed.slice(0, size), back);
  expect(back).toEqual(page);
  return size * 4;
}

function rendered(low: number, high: number): Int32Array {
  const bytes = new Uint8Array(PAGE_BYTES);
  renderBytes(bytes, 0, low, high);
  return new Int32Array(bytes.buffer);
}

test('[SWAP16] a page comes out of the compressor as it went in', () => {
  const word = fc.oneof(
    fc.constant(0),
    fc.integer(),
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 0x8040000, max: 0x8040fff }),
    fc.constantFrom(-1, 1, -(2 ** 31), 2 ** 31 - 1, 1024, -1024),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: WORDS, maxLength: WORDS, size: 'max' }), (words) => {
      roundTrip(Int32Array.from(words));
    }),
    { seed: 5, numRuns: 150 },
  );
});

test('[SWAP16] pages that stamps render come out as they went in', () => {
  for (let high = 1; high < 120; high++) roundTrip(rendered(high % 7, high));
});

test('[SWAP16] sizes: tags alone for zeros, four bits a repeated word, all of it for noise', () => {
  expect(roundTrip(new Int32Array(WORDS))).toBe(260);
  // One miss, then 1023 exact matches: 128 words of places.
  expect(roundTrip(new Int32Array(WORDS).fill(123456))).toBe((1 + 64 + 1 + 128) * 4);
  // 342 words of lower bits for 1024 partial matches with the dictionary's zeros.
  const small = Int32Array.from({ length: WORDS }, (_, at) => 1 + (at % 1000));
  expect(roundTrip(small)).toBe((1 + 64 + 128 + 342) * 4);
  const noise = Int32Array.from({ length: WORDS }, (_, at) => Math.imul(at + 1, 0x9e3779b1));
  expect(roundTrip(noise)).toBe(NOISE * 4);
});

test('[SWAP16] what is larger than the limit is not compressed, and nothing is written far beyond it', () => {
  const packed = new Int32Array(LARGEST + SLACK_WORDS).fill(-1);
  const noise = Int32Array.from({ length: WORDS }, (_, at) => Math.imul(at + 1, 0x9e3779b1));
  expect(compress(noise, packed, 768)).toBe(0);
  expect(packed.subarray(768 + SLACK_WORDS).every((word) => word === -1)).toBe(true);
  expect(compress(new Int32Array(WORDS), packed, 65)).toBe(65);
  expect(compress(new Int32Array(WORDS), packed, 64)).toBe(0);
});

test('[SWAP16] the model of sizes has the sizes that pages have which stamps render', () => {
  const real = new Set<number>();
  for (let high = 1; high < 200; high++) {
    const size = roundTrip(rendered(3, high));
    // The nearest of the table, where it compresses to three quarters.
    const near = sizesOfLooks.find((one) => Math.abs(one - size) <= one / 8);
    expect(size > 3072 ? 0 : near, `${size} bytes`).toBeDefined();
    if (size <= 3072 && near !== undefined) real.add(near);
  }
  expect([...real].sort()).toEqual([...new Set(sizesOfLooks)].filter((one) => one > 0).sort());
  // Half of the pages, near enough, are of looks that do not compress or compress little.
  let raw = 0;
  for (let high = 1; high <= 8000; high++) if (modelSize(1, 0, high, 3072) === 0) raw++;
  expect(Math.abs(raw - 3000)).toBeLessThan(200);
  expect(modelSize(1, 0, 0, 3072)).toBe(260);
  expect(modelSize(2, 5, 9, 3072)).toBe(modelSize(2, 5, 9, 3072));
});
