import { expect, test } from 'vitest';
import type { Curves } from '../../../lab/curves/index.ts';
import { curvesPlot } from '../../../lab/curves/plot.ts';
import { axisOf } from '../../../lab/curves/plot-axes.ts';

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
  expect(svg).toContain('a &lt;b&gt; &amp; c: 1,000,000 references to 500 pages of 4 KiB');
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

test('with traffic: a frame for each thing counted, one above the other', () => {
  const plain = curves((frames, at) => 900_000 / frames + at);
  const traffic = { readMisses: 50, writeMisses: 30, fetchMisses: 0, writeBacks: 9 };
  const svg = curvesPlot({
    ...plain,
    curves: plain.curves.slice(0, 2).map(({ policy, points }) => ({
      policy,
      points: points.map((point) => ({ ...point, traffic })),
    })),
  });
  for (const what of ['misses on reads', 'misses on writes', 'pages written back'])
    expect(svg).toContain(`>${what}<`);
  expect(svg.match(/<g aria-label="frame"/g)).not.toBeNull();
  expect(svg).not.toContain('NaN');
  expect(curvesPlot(plain)).not.toContain('>misses<');
});

test('an estimate has its bound around it, and says what it is', () => {
  const plain = curves((frames) => 900_000 / frames);
  const [one] = plain.curves;
  const points = (one?.points ?? []).map((point) => ({ ...point, bound: 0.001 }));
  const sample = { seed: 1, rate: 0.1, pages: 50, bound: 0.001 };
  const svg = curvesPlot({ ...plain, sample, curves: [{ policy: 'lru', points }] });
  expect(svg).toContain('aria-label="area"');
  expect(svg).toContain('estimated from 50 of them');
  expect(svg).not.toContain('NaN');
});

test('memory of several page sizes is in bytes', () => {
  const svg = curvesPlot({ ...curves((frames) => 900 / frames), of: 'page-size' });
  for (const tick of ['4 KiB', '64 KiB', '1 MiB']) expect(svg).toContain(`>${tick}<`);
});

test('marks of axes: round numbers, none written out in zeros', () => {
  const format = (values: number[]): string[] => {
    const { ticks = [], tickFormat } = axisOf(values);
    return ticks.map(tickFormat);
  };
  expect(format([0.5, 0.0000002])).toEqual(['1e-6', '1e-5', '0.0001', '0.001', '0.01', '0.1']);
  expect(format([1, 150])).toEqual(['1', '2', '5', '10', '20', '50', '100']);
  expect(format([300, 2_000_000])).toEqual([
    '300',
    '1000',
    '3000',
    '10k',
    '30k',
    '100k',
    '300k',
    '1M',
  ]);
  expect(axisOf([5, 300])).toMatchObject({ type: 'linear' });
  expect(axisOf([0, 0])).toMatchObject({ type: 'linear' });
});

test('each mark of a logarithmic axis has its number', () => {
  const [policy] = names as [string];
  const points = [8, 64, 512, 1024].map((frames) => ({ frames, misses: 900_000 / frames }));
  const svg = curvesPlot({ ...curves(() => 0), curves: [{ policy, points }] });
  const labels = /aria-label="x-axis tick label"[^>]*>(.*?)<\/g>/.exec(svg)?.[1] ?? '';
  const texts = [...labels.matchAll(/>([^<]+)</g)].map(([, text]) => text);
  expect(texts).toEqual(['10', '20', '50', '100', '200', '500', '1000']);
});

test('as many points as may be asked for', () => {
  const traffic = { readMisses: 50, writeMisses: 30, fetchMisses: 0, writeBacks: 9 };
  const points = Array.from({ length: 4096 }, (_, at) => ({ frames: at + 1, misses: 80, traffic }));
  const many = names.slice(0, 8).map((policy) => ({ policy, points }));
  expect(curvesPlot({ ...curves(() => 0), curves: many })).toContain('pages written back');
}, 60_000);

test('phases: time by equal steps from 0 on, misses by those of the part', () => {
  const [policy] = names as [string];
  const points = Array.from({ length: 200 }, (_, at) => ({
    frames: 10,
    misses: 1000,
    until: 5000 * (at + 1),
    references: 5000,
  }));
  const svg = curvesPlot({ ...curves(() => 0), of: 'phases', curves: [{ policy, points }] });
  expect(svg).toContain('misses per reference of the part');
  for (const text of ['0', '200k', '400k', '600k', '800k', '1M', '0.2'])
    expect(svg).toContain(`>${text}<`);
});

test('even axes begin at 0, and no two numbers on them read alike', () => {
  for (const least of [2e-5, 0.004, 0.3]) {
    const svg = curvesPlot(curves((frames) => 1_000_000 * (least + (least * frames) / 1000)));
    const labels = /aria-label="y-axis tick label"[^>]*>(.*?)<\/g>/.exec(svg)?.[1] ?? '';
    const texts = [...labels.matchAll(/>([^<]+)</g)].map(([, text]) => text);
    expect(texts[0]).toBe('0');
    expect(new Set(texts).size).toBe(texts.length);
  }
});

test('where nobody can say how far off an estimate is its band has a gap', () => {
  const [policy] = names as [string];
  const bounds = [0.1, 0.1, undefined, 0.1, 0.1];
  const points = bounds.map((bound, at) => ({
    frames: 100 * (at + 1),
    misses: 500_000 - at,
    ...(bound !== undefined && { bound }),
  }));
  const svg = curvesPlot({ ...curves(() => 0), curves: [{ policy, points }] });
  const area = /aria-label="area"[^>]*><path d="([^"]+)"/.exec(svg)?.[1] ?? '';
  expect(area.match(/Z/g)).toHaveLength(2);
});
