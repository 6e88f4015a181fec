import { readFile } from 'node:fs/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTrace, writeTrace } from '../../../lab/traces/index.ts';
import { FETCH, READ, WRITE } from '../../../sim-hw/references.ts';
import {
  type Reference,
  referenceStrings,
  referencesIn,
  refusal,
  scratch,
  traceOf,
} from './traces-support.ts';

const at = scratch();
let number = 0;
const fresh = (ending: string): string => at(`${number++}${ending}`);

describe('csv', () => {
  test('random reference strings come back exactly, kinds and lengths with them', async () => {
    await fc.assert(
      fc.asyncProperty(referenceStrings, async (references) => {
        const file = fresh('.csv');
        await writeTrace(file, traceOf(references), 'csv');
        const back = await readTrace(file);
        expect(back.format).toBe('csv');
        expect(referencesIn(back)).toEqual(references);
      }),
      { seed: 21, numRuns: 40 },
    );
  });

  test('is one line a run, packed where the name says so', async () => {
    const references: Reference[] = [
      [7, READ],
      [7, READ],
      [8, WRITE],
      [7, FETCH],
    ];
    const text = 'page,kind,count\n7,r,2\n8,w,1\n7,f,1\n';
    await writeTrace(at('t.csv'), traceOf(references), 'csv');
    await writeTrace(at('t.gz'), traceOf(references), 'csv');
    await writeTrace(at('t.zst'), traceOf(references), 'csv');
    expect(String(await readFile(at('t.csv')))).toBe(text);
    expect(String(gunzipSync(await readFile(at('t.gz'))))).toBe(text);
    expect(String(zstdDecompressSync(await readFile(at('t.zst'))))).toBe(text);
  });
});

describe('oracleGeneral', () => {
  test('random reference strings: pages in order, each with its exact next use', async () => {
    await fc.assert(
      fc.asyncProperty(referenceStrings, async (references) => {
        const file = fresh('.oracleGeneral');
        await writeTrace(file, traceOf(references), 'oracleGeneral');
        const bytes = await readFile(file);
        expect(bytes.length).toBe(24 * references.length);
        for (const [i, [page]] of references.entries()) {
          expect(Number(bytes.readBigUInt64LE(24 * i + 4))).toBe(page);
          expect(bytes.readUInt32LE(24 * i)).toBe(1);
          expect(bytes.readUInt32LE(24 * i + 12)).toBe(4096);
          const next = references.findIndex(([other], j) => j > i && other === page);
          // Uses are numbered from 1.
          expect(Number(bytes.readBigInt64LE(24 * i + 16))).toBe(next < 0 ? -1 : next + 1);
        }
        const back = await readTrace(file, { format: 'oracleGeneral' });
        expect(referencesIn(back).map(([page]) => page)).toEqual(references.map(([page]) => page));
      }),
      { seed: 22, numRuns: 40 },
    );
  });

  test('of many chunks: every record is whole', async () => {
    const references = Array.from({ length: 100_000 }, (_, i): Reference => [i % 1013, READ]);
    const written = await writeTrace(at('long.zst'), traceOf(references), 'oracleGeneral');
    expect(written).toMatchObject({ references: 100_000, pages: 1013 });
    const back = await readTrace(at('long.zst'));
    expect(back.format).toBe('oracleGeneral');
    expect(referencesIn(back)).toEqual(references);
  });
});

test('an output that exists, and a format that is not written, are refused', async () => {
  const trace = traceOf([[1, READ]]);
  await writeTrace(at('there'), trace);
  expect(await refusal(writeTrace(at('there'), trace))).toContain('exists already');
  const words = await refusal(writeTrace(at('new'), trace, 'lackey'));
  expect(words).toContain(
    "format 'lackey' to write, expected one of compact, compact-plain, oracleGeneral, csv",
  );
});

test('an output that cannot be made is refused by its own name', async () => {
  // Free, but with what a file is called until it is whole longer than a name may be.
  const output = at('x'.repeat(250));
  const refused = await refusal(writeTrace(output, traceOf([[7, READ]])));
  expect(refused).toMatch(/x: cannot be written \(ENAMETOOLONG\), expected a writable place/);
});
