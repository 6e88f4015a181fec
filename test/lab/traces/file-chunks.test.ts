import { execFileSync } from 'node:child_process';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readTrace, streamTrace, writeCompact } from '../../../lab/traces/index.ts';
import {
  lackeyTextOf,
  put,
  type Reference,
  referencesIn,
  refusal,
  scratch,
  traceOf,
} from './traces-support.ts';

const at = scratch();
const references: Reference[] = Array.from({ length: 3000 }, (_, i) => [i % 37, i % 3]);
const text = lackeyTextOf(references);
const half = text.indexOf('\n', text.length / 2) + 1;
const parts = [text.slice(0, half), text.slice(half)];

describe('packed traces', () => {
  test.each([
    ['gz', gzipSync(text)],
    ['gz of two members', Buffer.concat(parts.map((part) => gzipSync(part)))],
    ['zst of two frames', Buffer.concat(parts.map((part) => zstdCompressSync(part)))],
  ])('%s is unpacked, whatever its name', async (name, bytes) => {
    expect(referencesIn(await readTrace(await put(at(name), bytes)))).toEqual(references);
  });

  test('gz that is cut short or damaged is refused', async () => {
    const whole = gzipSync(text);
    for (let length = 10; length < whole.length; length += 97) {
      const file = await put(at('short.gz'), whole.subarray(0, length));
      expect(await refusal(readTrace(file))).toContain('does not decompress');
    }
  });

  test('other packings are refused with what to do', async () => {
    for (const [name, ...magic] of [
      ['bzip2', 0x42, 0x5a, 0x68, 0x39],
      ['zip', 0x50, 0x4b, 3, 4],
      ['7z', 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    ] as const) {
      const words = await refusal(readTrace(await put(at(name), Uint8Array.from(magic))));
      expect(words).toContain(`is packed with ${name}, expected a plain file, .zst, .gz or .xz`);
    }
  });

  const xz = hasXz();
  test.skipIf(!xz)('xz is unpacked by the command; damage is refused', async () => {
    const packed = execFileSync('xz', ['--stdout'], { input: text });
    expect(referencesIn(await readTrace(await put(at('xz'), packed)))).toEqual(references);
    const few = await readTrace(at('xz'), { limit: 5 });
    expect(few.references).toBe(5);
    const told: number[][] = [];
    await readTrace(at('xz'), { progress: (bytes, of) => told.push([bytes, of]) });
    expect(told.at(-1)).toEqual([packed.length, packed.length]);
    const short = await put(at('short.xz'), packed.subarray(0, packed.length / 2));
    expect(await refusal(readTrace(short))).toContain('does not decompress');
  });

  test('without the command xz is refused with what to do', async () => {
    const head = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0);
    vi.stubEnv('PATH', at('nowhere'));
    try {
      const words = await refusal(readTrace(await put(at('xz'), head)));
      expect(words).toContain('is packed with xz, expected the command xz on the PATH');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

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

function hasXz(): boolean {
  try {
    execFileSync('xz', ['--version']);
    return true;
  } catch {
    return false;
  }
}

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
