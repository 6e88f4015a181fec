import { expect, test } from 'vitest';
import { LARGE, PRESENT } from '../../../sim-hw/page-table/format.ts';
import { x8664 } from '../../../sim-hw/page-table/x86-64.ts';

test('a map of two pages 2^35 apart costs what it touches', () => {
  const state = x8664.create(1024, 1);
  x8664.enter(state, 0, 0, 1, 0, 0);
  expect(state.tableFrames).toBe(4);
  x8664.enter(state, 0, 2 ** 35, 2, 0, 0);
  x8664.enter(state, 0, 2 ** 36 - 1, 3, 0, 0);
  expect(state.tableFrames).toBe(10);
  expect(state.entries.length).toBeLessThanOrEqual(24 * 512);
  expect(state.entries[x8664.walk(state, 0, 2 ** 35)] >>> 8).toBe(2);
  expect(state.entries[x8664.walk(state, 0, 2 ** 36 - 1)] >>> 8).toBe(3);
  x8664.remove(state, 0, 2 ** 35);
  expect(state.tableFrames).toBe(7);
  x8664.removeSpace(state, 0);
  expect(state.tableFrames).toBe(0);
  expect(x8664.check(state)).toBeUndefined();
});

test('probes are the levels visited', () => {
  const state = x8664.create(1024, 2);
  const probesAt = (vpn: number): number => {
    x8664.walk(state, 0, vpn);
    return state.probes;
  };
  expect(probesAt(0)).toBe(1);
  x8664.enter(state, 0, 0, 1, 0, 0);
  x8664.enter(state, 0, 512, 512, 9, 0);
  expect(probesAt(0)).toBe(4);
  expect(probesAt(1)).toBe(4);
  expect(probesAt(512)).toBe(3);
  expect(probesAt(1024)).toBe(3);
  expect(probesAt(2 ** 18)).toBe(2);
  expect(probesAt(2 ** 27)).toBe(1);
});

test('one entry maps 512 pages, and any of them removes it', () => {
  const state = x8664.create(1024, 1);
  x8664.enter(state, 0, 1024, 512, 9, 0);
  const index = x8664.walk(state, 0, 1024);
  for (let vpn = 1024; vpn < 1536; vpn++) expect(x8664.walk(state, 0, vpn)).toBe(index);
  expect(x8664.find(state, 0, 1023)).toBe(-1);
  expect(x8664.find(state, 0, 1536)).toBe(-1);
  expect(() => x8664.enter(state, 0, 1030, 3, 0, 0)).toThrow('2 MiB');
  expect(() => x8664.enter(state, 0, 1030, 512, 9, 0)).toThrow('bad virtual page');
  expect(() => x8664.enter(state, 0, 0, 3, 9, 0)).toThrow('bad frame');
  expect(x8664.remove(state, 0, 1500)).toBe(((512 << 8) | PRESENT | LARGE) >>> 0);
  expect(state.tableFrames).toBe(0);
});

test('10^6 pages in a row take 4.0 to 4.6 bytes a page, and freed nodes are used again', () => {
  const pages = 1_000_000;
  const state = x8664.create(pages, 2);
  for (let page = 0; page < pages; page++) x8664.enter(state, 0, page, page, 0, 0);
  const { length } = state.entries;
  expect((length * 4) / pages).toBeLessThan(4.6);
  expect(state.tableFrames).toBe(Math.ceil(pages / 512) + Math.ceil(pages / 2 ** 18) + 2);
  x8664.removeSpace(state, 0);
  for (let page = 0; page < pages; page++) x8664.enter(state, 1, page + 2 ** 30, page, 0, 0);
  expect(state.entries.length).toBe(length);
  expect(x8664.check(state)).toBeUndefined();
});
