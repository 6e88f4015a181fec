import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type LruTraffic, lruTraffic } from '../../../lab/bounds/lru-traffic.ts';
import { fastLruTraffic } from '../../../lab/kernels/lru-traffic.ts';
import { moduleOf } from '../../../lab/kernels/modules.ts';
import { readTrace } from '../../../lab/traces/index.ts';
import { packRun, WRITE } from '../../../sim-hw/references.ts';
import { loop, randomPages, traceL } from '../../support/reference-strings.ts';

/** Every third use or so is a write. */
const runsOf = (pages: readonly number[]): Uint32Array =>
  Uint32Array.from(pages, (page, at) => packRun(page, (at * 7 + page) % 3, 1));

/** LRU with each number of frames by itself: a list of pages, youngest first, and a set of modified ones. */
function naiveTraffic(runs: Uint32Array, pages: number): LruTraffic {
  const figures = (): Float64Array => new Float64Array(pages + 1);
  const [readMisses, writeMisses, fetchMisses] = [figures(), figures(), figures()];
  const misses = [readMisses, writeMisses, fetchMisses];
  const writeBacks = figures();
  for (let frames = 0; frames <= pages; frames++) {
    const held: number[] = [];
    const modified = new Set<number>();
    for (const run of runs) {
      const [page, kind] = [run >>> 8, (run >>> 6) & 3];
      const at = held.indexOf(page);
      if (at < 0) misses[kind][frames]++;
      else held.splice(at, 1);
      held.unshift(page);
      if (kind === WRITE) modified.add(page);
      for (const gone of held.splice(frames))
        if (modified.delete(gone) && frames > 0) writeBacks[frames]++;
    }
  }
  return { readMisses, writeMisses, fetchMisses, writeBacks };
}

test('[POL18] there is a kernel, or nothing here would be tested', () => {
  expect(moduleOf('lru-traffic')).not.toBeNull();
});

test('[POL18] is LRU with each number of frames by itself, and its twin, for any string', () => {
  const run = fc.tuple(fc.nat(29), fc.nat(2), fc.integer({ min: 1, max: 64 }));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 250 }), (words) => {
      const runs = Uint32Array.from(words, ([page, kind, length]) => packRun(page, kind, length));
      const traffic = fastLruTraffic(runs, 30);
      expect(traffic).toEqual(naiveTraffic(runs, 30));
      expect(traffic).toEqual(lruTraffic(runs, 30));
    }),
  );
});

test.each([
  ['a loop', loop(3000, 9)],
  ['random pages', randomPages(5, 100_000, 6000)],
  ['few random pages', randomPages(6, 70_000, 20)],
  ['a locality that moves', traceL()],
])('[POL18] over several windows and much moving down: %s', (_, pages) => {
  const runs = runsOf(pages);
  const all = Math.max(...pages) + 1;
  expect(fastLruTraffic(runs, all)).toEqual(lruTraffic(runs, all));
});

test('[POL18] no runs; no kernels', () => {
  expect(fastLruTraffic(new Uint32Array(0), 0)).toEqual(lruTraffic(new Uint32Array(0), 0));
  vi.stubEnv('LEASEHOLD_KERNELS', 'off');
  const runs = runsOf([0, 1, 2, 0, 1, 2]);
  expect(fastLruTraffic(runs, 3)).toEqual(naiveTraffic(runs, 3));
  vi.unstubAllEnvs();
});

test.each(readdirSync('traces').filter((file) => file.endsWith('.lht')))(
  '[POL18] recorded: %s',
  async (file) => {
    const { runs, pageNumbers } = await readTrace(`traces/${file}`, { limit: 1_000_000 });
    const pages = pageNumbers.length;
    expect(fastLruTraffic(runs, pages)).toEqual(lruTraffic(runs, pages));
  },
);
