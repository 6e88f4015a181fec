import { expect, test } from 'vitest';
import type { Curves } from '../../../lab/curves/index.ts';
import { curvesPlot } from '../../../lab/curves/plot.ts';

const names = ['lru', 'clock', 'fifo', 'arc', 'lirs', 'sieve', 'random', 'optimal', 'a&b', 'x<y'];

function curves(misses: (frames: number, at: number) => number): Curves {
  return {
    of: 'misses',
    trace: 'a <b> & c',
    references: 1_000_000,
    pages: 500,
    pageBytes: 4096,
    curves: names.map((policy, at) => ({
      policy,
      points: [1, 10, 100, 500].map((frames) => ({ frames, misses: misses(frames, at) })),
    })),
  };
}

test('a file of its own: named, escaped, every policy told apart by colour and dash', () => {
  const svg = curvesPlot(curves((frames, at) => 900_000 / frames + at));
  expect(svg).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org/);
  expect(svg).toContain('a &lt;b&gt; &amp; c: 1,000,000 references to 500 pages');
  for (const name of ['lru', 'optimal', 'a&amp;b', 'x&lt;y']) expect(svg).toContain(`${name}<`);
  const lines = [...svg.matchAll(/<g [^>]*aria-label="line"[^>]*>/g)].map(([line]) => line);
  expect(lines).toHaveLength(names.length);
  const looks = [...svg.matchAll(/<path [^>]*stroke="(#\w+)"[^>]*>/g)].map(([, colour], at) => [
    colour,
    /stroke-dasharray="([^"]*)"/.exec(lines[at] ?? '')?.[1],
  ]);
  expect(new Set(looks.map(String)).size).toBe(names.length);
});

test('dark and light by the reader, without a browser in the file', () => {
  const svg = curvesPlot(curves(() => 5));
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).not.toContain('<script');
  expect(curvesPlot(curves(() => 5))).toBe(svg);
});

test('no misses at all is drawn too, on a linear axis', () => {
  expect(curvesPlot(curves(() => 0))).not.toContain('NaN');
});
