import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lackey } from '../../../../lab/traces/formats/lackey.ts';
import { traceOfLog } from '../../../../lab/traces/reference-log.ts';
import type { Trace } from '../../../../lab/traces/trace.ts';
import { createTraceReader, endTrace, pushTrace } from '../../../../lab/traces/trace-reader.ts';
import { FETCH, READ, WRITE } from '../../../../sim-hw/references.ts';
import { lackeyTextOf, type Reference, referenceStrings, referencesIn } from '../traces-support.ts';

interface Window {
  readonly limit?: number;
  readonly skip?: number;
}

/** Parses `text`, in chunks that end at the given offsets. */
function parse(text: string, window: Window = {}, cuts: readonly number[] = []): Trace {
  const bytes = new TextEncoder().encode(text);
  const reader = createTraceReader('t', { format: lackey, ...window });
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    pushTrace(reader, bytes.slice(from, cut));
    from = cut;
  }
  endTrace(reader);
  return traceOfLog(reader.log, '', 'lackey');
}

const SAMPLE = [
  '==77== Lackey, an example Valgrind tool',
  '',
  'I  04001234,3',
  ' I 04001237,2',
  ' L 1ffefffd60,8',
  ' S 1FFEFFFD58,8',
  '--77-- warning',
  '**77** note',
  ' M 00005ffe,4',
  'I  7fffffffffff0ff0,16',
  '==77== Exit code: 0',
].join('\n');

const SAMPLE_REFERENCES: Reference[] = [
  [0x4001, FETCH],
  [0x4001, FETCH],
  [0x1ffefff, READ],
  [0x1ffefff, WRITE],
  [0x5, WRITE],
  [0x6, WRITE],
  [0x7fffffffffff0, FETCH],
];

describe('lackey text', () => {
  test('both spellings of a fetch, loads, stores, modifies, noise, either case of digits', () => {
    const trace = parse(`${SAMPLE}\n`);
    expect(referencesIn(trace)).toEqual(SAMPLE_REFERENCES);
    expect(trace.kinds).toEqual([1, 3, 3]);
    expect(trace.lines).toBe(11);
    expect(trace.references).toBe(7);
  });

  test('every byte in every place of an address: read as the digit it is, or refused', () => {
    // Lines behind it, so that the hot loop and not the careful one meets the byte.
    const rest = ' L 0401a234,3\n'.repeat(20);
    for (let place = 0; place < 8; place++)
      for (let byte = 0; byte < 256; byte++) {
        const character = String.fromCharCode(byte);
        const digits = `${'0401a234'.slice(0, place)}${character}${'0401a234'.slice(place + 1)}`;
        const bytes = Uint8Array.from(` L ${digits},3\n${rest}`, (c) => c.charCodeAt(0));
        const reader = createTraceReader('t', { format: lackey });
        const read = () => {
          pushTrace(reader, bytes);
          endTrace(reader);
          return referencesIn(traceOfLog(reader.log, '', 'lackey'))[0];
        };
        // A blank before the digits, and a comma that ends them, are good form elsewhere.
        const formed = (place === 0 && byte === 32) || (place > 0 && byte === 44);
        if (/[0-9a-fA-F]/.test(character))
          expect(read()).toEqual([Number.parseInt(digits, 16) >>> 12, READ]);
        else if (!formed) expect(read, `byte ${byte} in place ${place}`).toThrow('t:1');
      }
  });

  test('more pages than are known by their text at a time, in either case, short and long', () => {
    const references: Reference[] = [];
    let text = '';
    for (let i = 0; i < 20_000; i++) {
      const page = ((i * 2654435761) >>> 3) % (i % 3 === 0 ? 900 : 3000);
      const wide = i % 5 === 0 ? 0x1ff0000 + page : 0x8000 + page;
      const digits = (wide * 4096 + (i % 4000)).toString(16).padStart(8, '0');
      text += ` L ${i % 7 === 0 ? digits.toUpperCase() : digits},${1 + (i % 96)}\n`;
      references.push([wide, READ]);
    }
    expect(referencesIn(parse(text))).toEqual(references);
  });

  test('an address of ten characters of which two are none is refused', () => {
    const good = ' L 0401234f,8\n'.repeat(20);
    expect(() => parse(`${good} L \0\0${'0401234f'},8\n${good}`)).toThrow('t:21: ');
  });

  test('CRLF line ends and a last line without one change nothing', () => {
    expect(referencesIn(parse(SAMPLE))).toEqual(SAMPLE_REFERENCES);
    expect(referencesIn(parse(SAMPLE.replaceAll('\n', '\r\n')))).toEqual(SAMPLE_REFERENCES);
    expect(referencesIn(parse(' L 1000,4'))).toEqual([[1, READ]]);
  });

  test('a chunk may end at any byte', () => {
    for (const text of [SAMPLE, `${SAMPLE.replaceAll('\n', '\r\n')}\r\n`]) {
      for (let cut = 0; cut <= text.length; cut++) {
        expect(referencesIn(parse(text, {}, [cut]))).toEqual(SAMPLE_REFERENCES);
      }
      const every = Array.from({ length: text.length }, (_, i) => i);
      expect(referencesIn(parse(text, {}, every))).toEqual(SAMPLE_REFERENCES);
    }
  });

  test('an access that crosses a page counts on each, one that ends at its edge does not', () => {
    expect(referencesIn(parse(' S 1ffc,4\n'))).toEqual([[1, WRITE]]);
    expect(referencesIn(parse(' S 1ffd,4\n'))).toEqual([
      [1, WRITE],
      [2, WRITE],
    ]);
    expect(referencesIn(parse(' L 1fff,8193\n')).map(([page]) => page)).toEqual([1, 2, 3]);
    expect(referencesIn(parse(' L fffffffffff,2\n')).map(([page]) => page)).toEqual([
      0xffffffff, 0x100000000,
    ]);
    expect(referencesIn(parse(' L ffffffffffffffff,2\n')).map(([page]) => page)).toEqual([
      2 ** 52 - 1,
      0,
    ]);
  });

  test('a run ends at another page, another kind and 64 references', () => {
    const trace = parse(`${' L 1000,4\n'.repeat(150)} S 1000,4\n`);
    expect([...trace.runs]).toEqual([63, 63, 21, 64]);
    expect(trace.references).toBe(151);
  });

  test('skip and limit count references, also in the middle of a crossing access', () => {
    const text = ' L 1fff,2\n S 3000,4\n L 4fff,2\nI  6000,3\n';
    const pages = [1, 2, 3, 4, 5, 6];
    for (let skip = 0; skip <= 6; skip++) {
      for (let limit = 1; limit <= 7; limit++) {
        const found = referencesIn(parse(text, { skip, limit })).map(([page]) => page);
        expect(found).toEqual(pages.slice(skip, skip + limit));
      }
    }
  });

  test('what comes after the limit is not read', () => {
    expect(parse(' L 1000,4\ngarbage\n', { limit: 1 }).references).toBe(1);
  });

  test.each([
    ['rubbish', 'garbage'],
    [' X 1000,4', 'an unknown letter'],
    [' L 1000', 'no size'],
    [' L ,4', 'no address'],
    [' L 1000,', 'an empty size'],
    [' L 1000,0', 'size 0'],
    [' L 1000,99999', 'a size beyond 65536'],
    [' L 1000,4 x', 'words after the size'],
    [' L 12345678901234567,4', '17 digits'],
    [' L 10g0,4', 'no hexadecimal digit'],
    ['L1000,4', 'no space'],
    ['= 1', 'half a message'],
  ])('%j is refused (%s) with its line and what was expected', (line) => {
    const text = ` L 1000,4\n\n${line}\n`;
    expect(() => parse(text)).toThrow(`t:3: '${line}', expected a lackey line such as`);
  });

  test('a line of more than 4 KiB is refused, whole or cut by a chunk', () => {
    const long = `==1== ${'x'.repeat(5000)}\n`;
    expect(() => parse(long)).toThrow('t:1: ');
    expect(() => parse(long, {}, [100, 3000])).toThrow('t:1: a line of more than 4096 bytes');
  });

  test('random reference strings are read back exactly, collapsing loses nothing', () => {
    fc.assert(
      fc.property(referenceStrings, fc.array(fc.nat(4000)), (references, offsets) => {
        const text = lackeyTextOf(references);
        const cuts = offsets.filter((cut) => cut < text.length).sort((a, b) => a - b);
        const trace = parse(text, {}, cuts);
        expect(referencesIn(trace)).toEqual(references);
        expect(new Set(trace.pageNumbers).size).toBe(trace.pageNumbers.length);
        for (let i = 1; i < trace.runs.length; i++) {
          const joins = trace.runs[i] >>> 6 === trace.runs[i - 1] >>> 6;
          expect(joins && (trace.runs[i - 1] & 63) < 63).toBe(false);
        }
      }),
      { seed: 20261121, numRuns: 150 },
    );
  });
});
