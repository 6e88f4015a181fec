import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startKernel } from '../../../lab/kernels/kernel.ts';
import { kernelWindow } from '../../../lab/kernels/run-window.ts';
import { canonicalTrace } from '../../../lab/traces/compact-encode.ts';
import {
  COMPACT_MAGIC,
  decodeSectionHead,
  encodeSection,
  SECTION_HEAD_BYTES,
  type SectionType,
} from '../../../lab/traces/compact-layout.ts';
import { compactPort } from '../../../lab/traces/compact-port.ts';
import { lookAtRuns, sumsOf, wordsIn } from '../../../lab/traces/compact-runs.ts';
import { readTrace, streamTrace, writeCompact } from '../../../lab/traces/index.ts';
import type { Trace } from '../../../lab/traces/trace.ts';
import { createRandom, nextBelow, type RandomState } from '../../../sim-hw/random.ts';
import { packRun } from '../../../sim-hw/references.ts';
import {
  put,
  type Reference,
  referenceStrings,
  referencesIn,
  refusal,
  scratch,
  traceOf,
} from './traces-support.ts';

const at = scratch();

/**
 * What reading the file is refused with, which is the same word for word where a kernel looks at the runs;
 * undefined: it is a trace, and the kernel was given what reading gave. It is given no wrong run, ever.
 */
async function refusalOfBoth(file: string, options = {}): Promise<string | undefined> {
  const kernel = startKernel('look');
  if (kernel === null) throw new Error('there is no kernel');
  const given: number[] = [];
  const window = kernelWindow(kernel, (count, pages) => {
    const runs = window.words().subarray(0, count);
    const { wrongPage, wrongKind } = lookAtRuns(runs, 0, count, pages);
    expect([wrongPage, wrongKind]).toEqual([false, false]);
    given.push(...runs);
  });
  const work = streamTrace(file, () => {}, { ...options, window });
  const streamed = await work.then(
    () => undefined,
    ({ message }: Error) => message,
  );
  const read = await readTrace(file, options).catch((error: Error) => error);
  expect(streamed).toBe(read instanceof Error ? read.message : undefined);
  if (!(read instanceof Error)) expect(Uint32Array.from(given)).toEqual(read.runs);
  return streamed;
}

const forms = [
  ['packed', false],
  ['plain', true],
] as const;

describe.each(forms)('compact traces, %s', (_form, plain) => {
  test('random reference strings come back exactly, with counts and origin', async () => {
    await fc.assert(
      fc.asyncProperty(referenceStrings, fc.string(), async (references, origin) => {
        const trace = traceOf(references, origin.toWellFormed());
        const file = at('random.lht');
        await writeCompact(file, trace, plain);
        const back = await readTrace(file);
        expect(referencesIn(back)).toEqual(references);
        expect(back).toEqual({ ...trace, format: 'compact', lines: 0 });
      }),
      { seed: 20261121, numRuns: 60 },
    );
  });

  test('a limit gives the first references, their pages and their counts', async () => {
    await fc.assert(
      fc.asyncProperty(referenceStrings, fc.integer({ min: 1, max: 600 }), async (all, limit) => {
        const file = at('limit.lht');
        await writeCompact(file, traceOf(all, 'o'), plain);
        const expected = traceOf(all.slice(0, limit), 'o');
        const back = await readTrace(file, { limit });
        expect(back).toEqual({ ...expected, format: 'compact', lines: 0 });
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test('several sections: more runs than one holds', async () => {
    const runs = new Uint32Array((1 << 20) + 5);
    for (let i = 0; i < runs.length; i++) runs[i] = packRun(i & 1, i % 3, 2);
    const references = 2 * runs.length;
    const third = (i: number): number => 2 * Math.ceil((runs.length - i) / 3);
    const trace: Trace = {
      references,
      runs,
      pageNumbers: Float64Array.of(7, 2 ** 40),
      kinds: [third(0), third(1), third(2)],
      origin: '',
      format: 'lackey',
      lines: 0,
      pageBytes: 4096,
    };
    await writeCompact(at('sections.lht'), trace, plain);
    for (const threads of [1, 2]) {
      const back = await readTrace(at('sections.lht'), { threads, shared: threads > 1 });
      expect(back).toEqual({ ...trace, format: 'compact' });
      expect(back.runs.buffer instanceof SharedArrayBuffer).toBe(threads > 1);
      const streamed = new Uint32Array(runs.length);
      let count = 0;
      const sink = (batch: Uint32Array): void => {
        streamed.set(batch, count);
        count += batch.length;
      };
      const summary = await streamTrace(at('sections.lht'), sink, { threads });
      expect(summary).toMatchObject({ references, kinds: trace.kinds });
      expect([count, streamed]).toEqual([runs.length, runs]);
    }
    for (const limit of [2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1]) {
      const part = await readTrace(at('sections.lht'), { limit });
      expect([part.references, part.runs.length]).toEqual([limit, Math.ceil(limit / 2)]);
    }
  });

  test('equal traces give equal bytes, however runs were cut and pages numbered', async () => {
    const references: Reference[] = [...Array(70).fill([5, 0]), [9, 1], [5, 0]];
    const ordered = traceOf(references);
    const cut: Trace = {
      ...ordered,
      runs: Uint32Array.from(references, ([page, kind]) => packRun(page === 5 ? 2 : 1, kind, 1)),
      pageNumbers: Float64Array.of(77, 9, 5),
    };
    await writeCompact(at('a.lht'), ordered, plain);
    await writeCompact(at('b.lht'), cut, plain);
    expect(await readFile(at('b.lht'))).toEqual(await readFile(at('a.lht')));
    expect(canonicalTrace('x', cut).pageNumbers).toEqual(Float64Array.of(5, 9));
  });

  test('impossible traces are refused and leave no file', async () => {
    const good = traceOf([[1, 0]]);
    const bad = [
      { ...good, runs: Uint32Array.of(packRun(0, 3, 1)) },
      { ...good, runs: Uint32Array.of(packRun(1, 0, 1)) },
      { ...good, pageNumbers: Float64Array.of(2 ** 52) },
      { ...good, references: 2 },
    ];
    for (const trace of bad) {
      expect(await refusal(writeCompact(at('bad.lht'), trace, plain))).toContain('expected');
      await expect(readFile(at('bad.lht'))).rejects.toThrow('ENOENT');
    }
  });
});

describe.each(forms)('damage to compact traces, %s', (_form, plain) => {
  const references: Reference[] = Array.from({ length: 60 }, (_, i) => [i % 7, i % 3]);

  async function wholeFile(): Promise<Uint8Array> {
    await writeCompact(at('whole.lht'), traceOf(references, 'whole'), plain);
    return readFile(at('whole.lht'));
  }

  test('a file cut short at any byte is refused', async () => {
    const whole = await wholeFile();
    for (let length = 0; length < whole.length; length++) {
      const file = await put(at('cut.lht'), whole.subarray(0, length));
      expect(await refusalOfBoth(file)).toContain('expected');
    }
  });

  test('any single changed byte is refused, whether one bit of it or all', async () => {
    const whole = await wholeFile();
    for (let i = 0; i < whole.length; i++) {
      for (const change of [1 << (i & 7), 0xff]) {
        const bytes = whole.slice();
        bytes[i] ^= change;
        const file = await put(at('flip.lht'), bytes);
        expect(await refusalOfBoth(file)).toContain('expected');
      }
    }
  });

  test('bytes after the end and a repeated section are refused', async () => {
    const whole = await wholeFile();
    const longer = await put(at('longer.lht'), Buffer.concat([whole, Buffer.of(0)]));
    expect(await refusalOfBoth(longer)).toContain('bytes after the end');
    const twice = await put(at('twice.lht'), Buffer.concat([whole, whole.subarray(8)]));
    expect(await refusalOfBoth(twice)).toContain('bytes after the end');
  });

  test('damage beyond a limit is found as well', async () => {
    const whole = (await wholeFile()).slice();
    whole[whole.length - 1] ^= 1;
    const file = await put(at('beyond.lht'), whole);
    expect(await refusalOfBoth(file, { limit: 1 })).toContain('checksum');
  });
});

describe.each(forms)(
  'sections that were forged, %s: lies under the right checksums',
  (_form, isPlain) => {
    const FORGERIES = Number(process.env.TRACE_MUTATIONS ?? 300);

    test('random lies: a trace, or one line; never room for what a file of that size cannot hold', async () => {
      const random = createRandom(20261122);
      const references: Reference[] = Array.from({ length: 500 }, (_, i) => [i % 9, i % 3]);
      await writeCompact(at('honest.lht'), traceOf(references), isPlain);
      const sections = sectionsOf(await readFile(at('honest.lht')));
      let refused = 0;
      for (let n = 0; n < FORGERIES; n++) {
        const file = await put(at('forged.lht'), forged(random, sections));
        const before = process.memoryUsage().arrayBuffers;
        const message = await refusalOfBoth(file);
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
        if (message === undefined) continue;
        refused++;
        expect(message).toMatch(/^[^\n]+forged\.lht: [^\n]*expected [^\n]*; [^\n]+$/);
      }
      expect(refused).toBeGreaterThan(FORGERIES / 2);
    }, 600_000);

    test('a header that counts more runs than its file can hold is refused at once', async () => {
      await writeCompact(at('honest.lht'), traceOf([[1, 0]]), isPlain);
      const sections = sectionsOf(await readFile(at('honest.lht')));
      new DataView(sections[0].plain.buffer).setBigUint64(16, 1n << 40n, true);
      const file = await put(at('lie.lht'), fileOf(sections));
      expect(await refusalOfBoth(file)).toContain('more runs than the file can hold');
    });

    interface Section {
      readonly type: SectionType;
      readonly plain: Uint8Array;
    }

    function sectionsOf(file: Uint8Array): Section[] {
      // A Buffer's slices are views.
      const bytes = new Uint8Array(file);
      const sections: Section[] = [];
      for (let start = COMPACT_MAGIC.length; start < bytes.length; ) {
        const head = decodeSectionHead(bytes.subarray(start));
        const from = start + SECTION_HEAD_BYTES;
        const stored = bytes.slice(from, from + head.storedSize);
        const packed = head.type === 'PAGE' || (head.type === 'RUNS' && !isPlain);
        const plain = packed
          ? new Uint8Array(compactPort.decompress(stored, head.plainSize))
          : stored.slice(0, head.plainSize);
        sections.push({ type: head.type as SectionType, plain });
        start = from + head.storedSize;
      }
      return sections;
    }

    function fileOf(sections: readonly Section[]): Uint8Array {
      let seed = compactPort.checksum(COMPACT_MAGIC, 0);
      const parts: Uint8Array[] = [COMPACT_MAGIC];
      for (const { type, plain } of sections) {
        const sums = type === 'RUNS' && isPlain ? sumsOfWords(plain) : undefined;
        const { bytes, checksum } = encodeSection(compactPort, seed, type, plain, sums);
        parts.push(bytes);
        seed = checksum;
      }
      return Buffer.concat(parts);
    }

    function sumsOfWords(plain: Uint8Array): Uint8Array {
      const words = wordsIn(plain.slice(0, plain.length & ~3));
      return sumsOf(lookAtRuns(words, 0, words.length, 0));
    }

    /** A word of some section becomes random or absurd, or a section is dropped or doubled. */
    function forged(random: RandomState, sections: readonly Section[]): Uint8Array {
      const changed = sections.map(({ type, plain }) => ({ type, plain: plain.slice() }));
      for (let times = 1 + nextBelow(random, 3); times > 0; times--) {
        const section = changed[nextBelow(random, changed.length)];
        const { plain } = section;
        const place = nextBelow(random, Math.max(1, plain.length));
        const way = nextBelow(random, 8);
        if (way === 0) changed.splice(changed.indexOf(section), changed.length > 1 ? 1 : 0);
        else if (way === 1) changed.splice(nextBelow(random, changed.length), 0, section);
        else if (way === 2) plain.fill(255, place, place + nextBelow(random, 8));
        else if (plain.length > 0) plain[place] = nextBelow(random, 256);
      }
      return fileOf(changed);
    }
  },
);
