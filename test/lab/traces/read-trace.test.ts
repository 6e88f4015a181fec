import { readFile, stat } from 'node:fs/promises';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  convertTrace,
  formatTraceInfo,
  readTrace,
  traceInfo,
  writeCompact,
} from '../../../lab/traces/index.ts';
import { READ } from '../../../sim-hw/references.ts';
import {
  lackeyTextOf,
  pageTextOf,
  put,
  type Reference,
  referenceStrings,
  referencesIn,
  refusal,
  scratch,
  traceOf,
} from './traces-support.ts';

const at = scratch();
const SOME: Reference[] = [
  [16385, 2],
  [16385, 2],
  [7, 0],
  [8, 1],
];

describe('readTrace', () => {
  test('finds the format by content, plain or in zstd, whatever the name', async () => {
    await writeCompact(at('compact'), traceOf(SOME));
    const texts: [string, string][] = [
      ['lackey', `==1== hello\n\n${lackeyTextOf(SOME)}`],
      ['pages', `# hello\n${pageTextOf(SOME)}`],
    ];
    expect((await readTrace(at('compact'))).format).toBe('compact');
    for (const [format, text] of texts) {
      const plain = await readTrace(await put(at('plain.lht'), text));
      const packed = await readTrace(await put(at('packed.txt'), zstdCompressSync(text)));
      const halves = [text.slice(0, 20), text.slice(20)].map((part) => zstdCompressSync(part));
      const frames = await readTrace(await put(at('frames'), Buffer.concat(halves)));
      for (const trace of [plain, packed, frames]) {
        expect(trace.format).toBe(format);
        expect(referencesIn(trace)).toEqual(SOME);
      }
    }
  });

  test('page numbers: decimal, hexadecimal, letters before or after, comments, CRLF', async () => {
    const text = '# pages\n12\r\n0xC\n\nw 0x10\n0X10 W\n f 4503599627370495 \nr12# no';
    const bad = await put(at('pages'), text);
    expect(await refusal(readTrace(bad))).toContain(":8: 'r12# no', expected a page number");
    const good = await put(at('pages'), text.replace('r12# no', '12r'));
    expect(referencesIn(await readTrace(good))).toEqual([
      [12, 0],
      [12, 0],
      [16, 1],
      [16, 1],
      [2 ** 52 - 1, 2],
      [12, 0],
    ]);
    const large = await put(at('large'), `1\n${2 ** 52}\n`);
    expect(await refusal(readTrace(large))).toContain(':2: ');
  });

  test('random reference strings: page text and lackey text read the same', async () => {
    await fc.assert(
      fc.asyncProperty(referenceStrings, async (references) => {
        const trace = await readTrace(await put(at('r'), pageTextOf(references)));
        expect(referencesIn(trace)).toEqual(references);
        const same = await readTrace(await put(at('r'), lackeyTextOf(references)));
        expect(same).toEqual({ ...trace, format: 'lackey' });
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  test('collapse: false gives runs of length 1, the same references', async () => {
    const references: Reference[] = [...Array(130).fill([3, 1]), [4, 0]];
    const file = await put(at('long'), lackeyTextOf(references));
    await writeCompact(at('long.lht'), traceOf(references));
    for (const name of [file, at('long.lht')]) {
      const trace = await readTrace(name, { collapse: false });
      expect(trace.runs.length).toBe(131);
      expect(referencesIn(trace)).toEqual(references);
      expect((await readTrace(name)).runs.length).toBe(4);
    }
  });

  test('a limit holds for every format', async () => {
    const file = await put(at('limited'), pageTextOf(SOME));
    expect(referencesIn(await readTrace(file, { limit: 3 }))).toEqual(SOME.slice(0, 3));
    expect(await refusal(readTrace(file, { limit: 0 }))).toContain('positive whole number');
  });

  test('text larger than many chunks', async () => {
    const text = ' L 00001000,4\n S 00002000,4\n'.repeat(200_000);
    const plain = await readTrace(await put(at('many'), text));
    const packed = await readTrace(await put(at('many.zst'), zstdCompressSync(text)));
    expect(plain.lines).toBe(400_000);
    expect(plain.runs.length).toBe(400_000);
    expect(packed.runs).toEqual(plain.runs);
  });
});

describe('what readTrace refuses', () => {
  test('each with one line that names the file and says what to do', async () => {
    const cases: [string, string | Uint8Array, string][] = [
      ['empty', '', 'is empty, expected a trace; record it again'],
      ['words', 'hello world\n', ":1: 'hello world', expected a trace of one of"],
      ['binary', Uint8Array.of(127, 69, 76, 70, 0, 1, 2), 'is binary, of no format whose records'],
      ['noise', '==1== only noise\n\n', 'has no references at its start, expected'],
      ['zstd of nothing', zstdCompressSync(''), 'is empty, expected a trace'],
    ];
    for (const [name, content, words] of cases) {
      const message = await refusal(readTrace(await put(at(name), content)));
      expect(message.startsWith(at(name))).toBe(true);
      expect(message).toContain(words);
      expect(message).toContain('; ');
    }
    expect(await refusal(readTrace(at('missing')))).toContain('cannot be opened (ENOENT)');
    expect(await refusal(readTrace(at('')))).toContain('EISDIR');
  });

  test('a zstd file that is cut short or damaged', async () => {
    const whole = zstdCompressSync(lackeyTextOf(Array.from({ length: 500 }, (_, i) => [i, i % 3])));
    for (let length = 4; length < whole.length; length += 7) {
      const file = await put(at('short.zst'), whole.subarray(0, length));
      expect(await refusal(readTrace(file))).toContain('does not decompress');
    }
  });

  test('a format that the file does not have, or that does not exist', async () => {
    const file = await put(at('lackey'), lackeyTextOf(SOME));
    await writeCompact(at('compact.lht'), traceOf(SOME));
    expect(await refusal(readTrace(file, { format: 'pages' }))).toContain(':1: ');
    expect(await refusal(readTrace(file, { format: 'compact' }))).toContain('no compact trace');
    expect(await refusal(readTrace(file, { format: 'x' }))).toContain("unknown trace format 'x'");
    const compact = readTrace(at('compact.lht'), { format: 'lackey' });
    expect(await refusal(compact)).toContain('is a compact trace, expected lackey');
    const inside = await put(at('inside'), zstdCompressSync(await readFile(at('compact.lht'))));
    expect(await refusal(readTrace(inside))).toContain('is a compact trace, compressed once more');
  });
});

describe('convertTrace and traceInfo', () => {
  test('text becomes compact; an output that exists is refused and kept', async () => {
    const input = await put(at('input'), lackeyTextOf(SOME));
    const result = await convertTrace(input, at('out.lht'), { origin: 'a program', limit: 3 });
    const { size } = await stat(at('out.lht'));
    expect(result).toEqual({ references: 3, pages: 2, bytes: size });
    expect((await readTrace(at('out.lht'))).origin).toBe('a program');
    expect(await refusal(convertTrace(input, at('out.lht')))).toContain('exists already');
    expect((await stat(at('out.lht'))).size).toBe(size);
    expect(await refusal(convertTrace(input, at('no/such/out.lht')))).toContain('has no folder');
  });

  test('the facts of a trace, as figures and as text', async () => {
    const file = await put(at('facts'), lackeyTextOf(SOME));
    const info = await traceInfo(file);
    expect(info).toMatchObject({
      format: 'lackey',
      origin: 'facts',
      lines: 4,
      references: 4,
      reads: 1,
      writes: 1,
      fetches: 2,
      pages: 3,
      runs: 3,
      footprintMiB: 3 / 256,
    });
    const text = formatTraceInfo({ ...info, references: 1234567, fetches: 617284 });
    expect(text).toContain('references  1,234,567\n');
    expect(text).toContain('  fetches   617,284 (50.0 %)\n');
  });

  test('reuse and working sets: exact figures, and bars in ASCII or in blocks', async () => {
    // A loop over 20 pages, 50 rounds: LRU faults always with less than 20 frames.
    const loop = Array.from({ length: 1000 }, (_, i): Reference => [i % 20, READ]);
    const info = await traceInfo(await put(at('loop'), lackeyTextOf(loop)));
    const faults = [1, 2, 4, 8, 16].map((frames) => ({ frames, faults: 1000 }));
    expect(info.lru).toEqual([...faults, { frames: 32, faults: 20 }]);
    expect(info.workingSets.map(({ window }) => window)).toEqual([10, 100, 1000]);
    // Each reference keeps its page for the window, 20 references or what is left of the string.
    expect(info.workingSets[0].pages).toBeCloseTo((990 * 10 + 55) / 1000, 9);
    expect(info.workingSets[2].pages).toBeCloseTo((980 * 20 + 210) / 1000, 9);
    const plain = formatTraceInfo(info);
    expect(plain).toContain(`          16         1,000  100.0 %  ${'#'.repeat(40)}\n`);
    // Only first uses: no bar.
    expect(plain).toMatch(/^ +32 +20 +2\.00 %$/m);
    const blocks = formatTraceInfo(info, 'blocks');
    expect(blocks).toContain('\u2588'.repeat(40));
    expect(blocks).not.toContain('#');
  });
});
