/** What page tables of old machines take from one space for another, to the number. */

import { expect, test } from 'vitest';
import { formatFor, wrongChoice } from '../../../sim-hw/page-table/index.ts';
import { mips } from '../../../sim-hw/page-table/mips.ts';
import { ns32082 } from '../../../sim-hw/page-table/ns32082.ts';
import { sun3 } from '../../../sim-hw/page-table/sun-3.ts';
import { vax, vaxLinear } from '../../../sim-hw/page-table/vax.ts';

const bytesOf = <S>(format: { tableBytes?(state: S): number }, state: S) =>
  format.tableBytes?.(state) as number;

test('VAX, linear: four bytes for each hardware page of the span, from either end', () => {
  const state = vaxLinear.create(1024, 2);
  expect(bytesOf(vaxLinear, state)).toBe(0);
  vaxLinear.enter(state, 0, 99, 1, 0, 0);
  expect(bytesOf(vaxLinear, state)).toBe(4 * 8 * 100);
  vaxLinear.enter(state, 0, 2 ** 19 - 1, 2, 0, 0);
  expect(bytesOf(vaxLinear, state)).toBe(4 * 8 * 101);
  // All of P0 and P1: 2 GiB take 16 MiB of entries; each region 8 MiB.
  vaxLinear.enter(state, 1, 2 ** 18 - 1, 3, 0, 0);
  expect(bytesOf(vaxLinear, state)).toBe(4 * 8 * 101 + 2 ** 23);
  vaxLinear.removeSpace(state, 1);
  expect(bytesOf(vaxLinear, state)).toBe(4 * 8 * 101);
});

test('VAX, lazy: 512 bytes for each 64 KB that has something, and one goes for another', () => {
  const state = vax.create(64, 1);
  expect(state.partsMax).toBe(8);
  for (let part = 0; part < 8; part++)
    for (let page = 0; page < 2; page++)
      vax.enter(state, 0, 16 * part + page, 2 * part + page + 1, 0, 0);
  expect(bytesOf(vax, state)).toBe(8 * 512);
  expect(state.lost).toEqual([]);
  vax.enter(state, 0, 2 ** 18, 40, 0, 0);
  expect(state.lost).toEqual([0, 0, 0, 1]);
  expect(bytesOf(vax, state)).toBe(8 * 512);
  expect(state.counts.groupSteals).toBe(1);
  expect(vax.walk(state, 0, 0)).toBe(-1);
  expect(vax.walk(state, 0, 2 ** 18)).toBeGreaterThanOrEqual(0);
  // Page by page it comes back, at the cost of the next part.
  expect(vax.reload(state, 0, 0)).toBe(true);
  expect(state.lost).toEqual([0, 16, 0, 17]);
  expect(vax.walk(state, 0, 1)).toBe(-1);
  expect(vax.reload(state, 0, 1)).toBe(true);
  expect(state.lost).toEqual([]);
  expect(vax.check(state)).toBeUndefined();
});

test('SUN 3: eight spaces have contexts; the ninth takes one with all that is loaded of it', () => {
  const state = sun3.create(1024, 10);
  for (let space = 0; space < 8; space++)
    for (let page = 0; page < 3; page++)
      sun3.enter(state, space, 16 * page, 8 * space + page, 0, 0);
  expect(state.counts.contextSteals).toBe(0);
  sun3.enter(state, 8, 5, 100, 0, 0);
  expect(state.counts.contextSteals).toBe(1);
  expect(state.lost).toEqual([0, 0, 0, 16, 0, 32]);
  // Nine in turn, round and round: each turn steals, and each page of it faults again.
  let faults = 0;
  for (let turn = 0; turn < 90; turn++) {
    const space = turn % 9;
    for (const page of space === 8 ? [5] : [0, 16, 32])
      if (sun3.walk(state, space, page) < 0) {
        faults++;
        expect(sun3.reload(state, space, page)).toBe(true);
      }
  }
  expect(state.counts.contextSteals).toBe(91);
  expect(faults).toBe(80 * 3 + 10);
  expect(sun3.check(state)).toBeUndefined();
  // Eight fit: after one round nobody faults.
  for (let round = 0; round < 3; round++)
    for (let space = 0; space < 8; space++)
      if (sun3.walk(state, space, 0) < 0) sun3.reload(state, space, 0);
  for (let space = 0; space < 8; space++) expect(sun3.walk(state, space, 0)).not.toBe(-1);
});

test('SUN 3: 256 segments have PMEGs; one more takes one, with its 16 pages', () => {
  const state = sun3.create(8192, 1);
  for (let page = 0; page < 257 * 16; page++) sun3.enter(state, 0, page, page, 0, 0);
  expect(state.counts.groupSteals).toBe(1);
  for (let page = 0; page < 16; page++) expect(sun3.walk(state, 0, page)).toBe(-1);
  expect(sun3.walk(state, 0, 16)).toBeGreaterThanOrEqual(0);
  sun3.removeSpace(state, 0);
  expect(state.pmegsUsed).toBe(0);
  expect(sun3.check(state)).toBeUndefined();
});

test('NS32082: 1 KiB a space and 512 bytes for each 64 KB', () => {
  const state = ns32082.create(1024, 3);
  ns32082.walk(state, 0, 0);
  expect(state.probes).toBe(1);
  ns32082.enter(state, 0, 0, 1, 0, 0);
  ns32082.enter(state, 0, 4095, 2, 0, 0);
  ns32082.enter(state, 2, 15, 3, 0, 0);
  ns32082.enter(state, 2, 16, 4, 0, 0);
  expect(bytesOf(ns32082, state)).toBe(2 * 1024 + 4 * 512);
  ns32082.walk(state, 2, 900);
  expect(state.probes).toBe(2);
  ns32082.remove(state, 2, 16);
  ns32082.remove(state, 2, 15);
  expect(bytesOf(ns32082, state)).toBe(1024 + 2 * 512);
});

test('MIPS: pages of the linear table that map something', () => {
  const state = mips.create(1024, 2);
  for (const vpn of [0, 1023, 1024, 2 ** 19 - 1]) mips.enter(state, 1, vpn, 1 + (vpn % 7), 0, 0);
  expect(bytesOf(mips, state)).toBe(3 * 4096);
  mips.walk(state, 1, 0);
  expect(state.probes).toBe(1);
});

test('[PMAP3] k hardware pages in a page: fewer pages in a space, none that is no power of two', () => {
  const pages = (pageTable: string, pageBytes: number) =>
    formatFor({ pageTable, pageBytes })?.virtualPagesMax;
  expect([512, 4096, 65536].map((bytes) => pages('ns32082', bytes))).toEqual([32768, 4096, 256]);
  expect([8192, 16384].map((bytes) => pages('sun-3', bytes))).toEqual([32768, 16384]);
  expect(pages('riscv-sv39', 8192)).toBe(2 ** 26);
  const wrong = (pageTable: string, pageBytes: number, frames = 64) =>
    wrongChoice({ pageTable, pageBytes }, frames);
  expect(wrong('vax', 512)).toBeUndefined();
  expect(wrong('vax', 256)).toMatch('expected 2^k times the 512 bytes of a hardware page of vax');
  expect(wrong('vax', 1536)).toMatch('machine.pageBytes is 1536');
  expect(wrong('vax', 131072)).toMatch('at most 65536');
  expect(wrong('sun-3', 4096)).toMatch('8192 bytes');
  expect(wrong('ns32082', 4096, 8192)).toBeUndefined();
  expect(wrong('ns32082', 4096, 8193)).toMatch('expected at most 8192: ns32082 addresses 33554432');
  expect(wrongChoice({ pageTable: 'vax', erratum: true }, 1)).toMatch("it is ns32082's");
});

test('[PMAP3] a larger page takes as many entries of a radix tree as it has hardware pages', () => {
  const format = formatFor({ pageTable: 'riscv-sv39', pageBytes: 16384 });
  if (format === undefined) throw new Error('no such format');
  const state = format.create(1024, 1);
  for (let vpn = 0; vpn < 256; vpn++) format.enter(state, 0, vpn, vpn, 0, 0);
  // 1024 hardware pages: two leaf nodes, one above each level.
  expect(state.tableFrames).toBe(4);
  expect(format.walk(state, 0, 255)).toBeGreaterThanOrEqual(0);
  expect(format.walk(state, 0, 256)).toBe(-1);
});
