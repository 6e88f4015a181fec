import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checksum,
  copyContents,
  createContents,
  PAGE_BYTES,
  renderBytes,
  stamped,
  stampOfBytes,
  zeroContents,
} from '../../sim-hw/contents.ts';
import {
  copyFrame,
  createFrames,
  JUNK,
  readFrame,
  writeFrame,
  zeroFrame,
} from '../../sim-hw/frames.ts';

function rendered(low: number, high: number): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES).fill(7);
  renderBytes(bytes, 0, low, high);
  return bytes;
}

test('bytes are a function of the stamp, and differ from page to page and version to version', () => {
  expect(rendered(0, 0).every((byte) => byte === 0)).toBe(true);
  const seen = new Set<number>();
  for (let high = 1; high <= 40; high++)
    for (let low = 0; low < 4; low++) {
      const bytes = rendered(low, high);
      expect(bytes).toEqual(rendered(low, high));
      seen.add(checksum(bytes, 0, PAGE_BYTES));
    }
  expect(seen.size).toBe(160);
});

test('versions of a page are alike, pages are not', () => {
  const same = (a: Uint8Array, b: Uint8Array) => a.filter((byte, at) => byte === b[at]).length;
  const noise = Array.from({ length: 64 }, (_, at) => at + 1).find(
    (high) => new Set(rendered(0, high)).size === 256,
  ) as number;
  expect(same(rendered(1, noise), rendered(2, noise))).toBeGreaterThan(PAGE_BYTES / 2);
  expect(same(rendered(1, noise), rendered(1, noise + 64))).toBeLessThan(PAGE_BYTES);
});

test('a page is rendered where it is asked for, and nowhere else', () => {
  const bytes = new Uint8Array(3 * PAGE_BYTES).fill(9);
  renderBytes(bytes, PAGE_BYTES, 3, 5);
  expect(bytes.subarray(PAGE_BYTES, 2 * PAGE_BYTES)).toEqual(rendered(3, 5));
  expect(bytes.subarray(0, PAGE_BYTES).every((byte) => byte === 9)).toBe(true);
  expect(bytes.subarray(2 * PAGE_BYTES).every((byte) => byte === 9)).toBe(true);
});

test('one changed byte changes the checksum', () => {
  fc.assert(
    fc.property(fc.nat(PAGE_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = rendered(1, 2);
      const before = checksum(bytes, 0, PAGE_BYTES);
      bytes[at] = (bytes[at] as number) ^ change;
      expect(checksum(bytes, 0, PAGE_BYTES)).not.toBe(before);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('contents without bytes stand for what their stamp renders', () => {
  const into = createContents(true);
  copyContents(into, stamped(3, 5));
  expect(into).toEqual({ low: 3, high: 5, bytes: rendered(3, 5) });
  stampOfBytes(into);
  expect(into.low).toBe(checksum(rendered(3, 5), 0, PAGE_BYTES));
  zeroContents(into);
  expect(into).toEqual(createContents(true));
  const thin = createContents(false);
  copyContents(thin, { low: 1, high: 2, bytes: rendered(1, 2) });
  expect(thin).toEqual(stamped(1, 2));
});

test('a frame has the bytes that were written to it until its program writes again', () => {
  const frames = createFrames(2, 1, true);
  const contents = createContents(true);
  readFrame(frames, 0, contents);
  expect(contents.high).toBe(JUNK);
  expect(contents.bytes.every((byte) => byte === 0xa5)).toBe(true);
  contents.bytes.fill(77);
  contents.high = 12;
  writeFrame(frames, 0, contents);
  copyFrame(frames, 0, 1);
  const read = createContents(true);
  readFrame(frames, 1, read);
  expect(read).toEqual(contents);
  frames.stampLow[1] = 4;
  readFrame(frames, 1, read);
  expect(read.bytes).toEqual(rendered(4, 12));
  readFrame(frames, 0, read);
  expect(read.bytes).toEqual(contents.bytes);
  zeroFrame(frames, 0);
  readFrame(frames, 0, read);
  expect(read).toEqual(createContents(true));
});

test('frames of stamps serve readers of bytes, and the other way round', () => {
  const thin = createFrames(1, 0);
  writeFrame(thin, 0, { low: 3, high: 5, bytes: rendered(1, 1) });
  const read = createContents(true);
  readFrame(thin, 0, read);
  expect(read.bytes).toEqual(rendered(3, 5));
  const full = createFrames(1, 0, true);
  writeFrame(full, 0, stamped(6, 7));
  readFrame(full, 0, read);
  expect(read.bytes).toEqual(rendered(6, 7));
});
