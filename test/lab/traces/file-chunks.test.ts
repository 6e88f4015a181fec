import { describe, expect, test } from 'vitest';
import { readTrace, streamTrace, writeCompact } from '../../../lab/traces/index.ts';
import { lackeyTextOf, put, type Reference, scratch, traceOf } from './traces-support.ts';

const at = scratch();
const references: Reference[] = Array.from({ length: 3000 }, (_, i) => [i % 37, i % 3]);
const text = lackeyTextOf(references);

describe('streamTrace', () => {
  test('hands on the runs of readTrace, and all else it says, for text and compact', async () => {
    const trace = traceOf(references, 'o');
    await writeCompact(at('s.lht'), trace);
    await put(at('s.lackey'), text);
    for (const name of ['s.lht', 's.lackey'])
      for (const limit of [10_000, 1000]) {
        const runs: number[] = [];
        const summary = await streamTrace(at(name), (batch) => runs.push(...batch), { limit });
        const { runs: whole, ...rest } = await readTrace(at(name), { limit });
        expect(runs).toEqual([...whole]);
        expect(summary).toEqual(rest);
      }
  });

  test('a long text comes in batches of bounded size', async () => {
    // 1.5 M runs, each of length 1: more than a batch.
    const line = (i: number): string => ` L ${(0x1000_0000 + 4096 * (i % 3)).toString(16)},4\n`;
    const three = line(0) + line(1) + line(2);
    await put(at('long'), three.repeat(500_000));
    const sizes: number[] = [];
    let next = 0;
    const summary = await streamTrace(at('long'), (runs, pages) => {
      sizes.push(runs.length);
      expect(pages).toBe(3);
      for (let i = 0; i < runs.length; i += 4099) expect(runs[i] >>> 8).toBe((next + i) % 3);
      next += runs.length;
    });
    expect(summary.references).toBe(1_500_000);
    expect(next).toBe(1_500_000);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20);
  });
});

test('signals and timers have their turn while a plain file is read', async () => {
  let turns = 0;
  const count = (): void => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await readTrace(await put(at('long'), text.repeat(Math.ceil(9e6 / text.length))));
  clearImmediate(timer);
  expect(turns).toBeGreaterThan(2);
});
