import { describe, expect, test } from 'vitest';
import { detectFormat, formatNames } from '../../../../lab/traces/detect-format.ts';
import { traceFormats } from '../../../../lab/traces/formats/index.ts';
import { traceOfLog } from '../../../../lab/traces/reference-log.ts';
import type { Trace } from '../../../../lab/traces/trace.ts';
import {
  createTraceReader,
  endTrace,
  pushTrace,
  type ReaderOptions,
} from '../../../../lab/traces/trace-reader.ts';
import { FETCH, READ, WRITE } from '../../../../sim-hw/references.ts';
import { referencesIn } from '../traces-support.ts';
import { damonTraced, oracleGeneral, samples } from './samples.ts';

function bytesOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\n'));
}

function read(bytes: Uint8Array, options: ReaderOptions = {}, cuts: readonly number[] = []): Trace {
  const reader = createTraceReader('t', options);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    pushTrace(reader, bytes.slice(from, cut));
    from = cut;
  }
  endTrace(reader);
  return traceOfLog(reader.log, '', reader.format?.name ?? '');
}

function formatOf(name: string) {
  const format = traceFormats.find((known) => known.name === name);
  if (!format) throw new Error(`no format ${name}`);
  return format;
}

test('every format has a sample, and its name is one word', () => {
  expect(samples.map(({ format }) => format).sort()).toEqual(
    traceFormats.map(({ name }) => name).sort(),
  );
  for (const name of formatNames) expect(name).toMatch(/^[\w-]+$/);
});

describe.each([...samples, damonTraced])('$format', ({ format, bytes, references }) => {
  test('is found by content and gives its references', () => {
    expect(detectFormat('t', bytes, true).name).toBe(format);
    const trace = read(bytes);
    expect(referencesIn(trace)).toEqual(references);
    expect(trace.format).toBe(format);
    expect(trace.references).toBe(references.length);
  });

  test('is the same in chunks that end at any byte, and with CRLF', () => {
    const options = { format: formatOf(format) };
    for (let cut = 1; cut < bytes.length; cut++)
      expect(referencesIn(read(bytes, options, [cut]))).toEqual(references);
    const every = Array.from({ length: bytes.length }, (_, i) => i);
    expect(referencesIn(read(bytes, options, every))).toEqual(references);
    if (formatOf(format).kind === 'records') return;
    const text = new TextDecoder().decode(bytes).replaceAll('\n', '\r\n');
    expect(referencesIn(read(new TextEncoder().encode(text)))).toEqual(references);
  });

  test('skip and limit count references', () => {
    for (let skip = 0; skip < references.length; skip++)
      for (let limit = 1; limit <= references.length; limit++)
        expect(referencesIn(read(bytes, { skip, limit }))).toEqual(
          references.slice(skip, skip + limit),
        );
  });

  test('a sink gets the same runs in order, and ids that are known by then', () => {
    const whole = read(bytes);
    const parts: number[] = [];
    const sink = (runs: Uint32Array, pages: number): void => {
      for (const run of runs) expect(run >>> 8).toBeLessThan(pages);
      parts.push(...runs);
    };
    const { runs, ...rest } = read(bytes, { sink }, [5]);
    expect(runs.length).toBe(0);
    expect(parts).toEqual([...whole.runs]);
    expect(rest).toEqual({ ...whole, runs: undefined });
  });

  test('larger pages hold the same bytes', () => {
    const named = ['pages', 'csv', 'oracleGeneral'].includes(format);
    const small = formatOf(format).pageBytes;
    const pages = referencesIn(read(bytes, { pageBytes: 4 * small })).map(([page]) => page);
    const expected = references.map(([page]) => {
      const place = page % 2 ** 40;
      return named ? page : page - place + Math.floor(place / 4);
    });
    // An access that crossed a small page may lie within a large one.
    expect(new Set(pages)).toEqual(new Set(expected));
  });
});

describe('what is refused', () => {
  test.each([
    ['lis', ['1 0 0 0'], 't:1: '],
    ['lis', ['1 2 3 4', '1 600000 0 5'], 't:2: '],
    ['lis', ['1 2 3'], 't:1: '],
    ['msr', ['1,usr,0,read,8192,4096,7'], 't:1: '],
    ['msr', ['1,usr,0,Read,8192,999999999,7'], 't:1: '],
    ['msr', ['1,usr,9999,Read,8192,1,7'], 't:1: '],
    ['msr', ['1,usr,0,Read,9007199254740991,1,7'], 't:1: '],
    ['spc', ['0,8,4096,X,0.5'], 't:1: '],
    ['spc', ['0,8,4096,R'], 't:1: '],
    ['drmemtrace', ['1 1: W0.T3 read 99999999 byte(s) @ 0x1000 by PC 0x1'], 't:1: '],
    ['drmemtrace', ['1 1: W0.T3 dances'], 't:1: '],
    [
      'perf-faults',
      ['  ls 9 1.5:          1 page-faults:  ffffffff821e8700 rep_stos+0x40 ([kernel])'],
      't:1: ',
    ],
    ['perf-memory', ['  ls 9 1.5: cycles: ffff'], 't:1: '],
    ['damon', ['target_id: 1', '2000-1000 ( 4 KiB) 1 -1'], 't:2: '],
    ['damon', ['0-7fffffffffff ( 128.000 TiB) 1 -1'], 't:1: '],
    ['csv', ['time,page', '1,x'], 't:2: '],
    ['csv', ['time,what', '1,1'], 't:1: '],
    ['csv', ['page,id', '1,1'], 't:1: '],
    ['csv', ['page,kind', '1,sing'], 't:2: '],
    ['csv', ['page,count', '1,9999999'], 't:2: '],
    ['csv', ['page,kind', '1'], 't:2: '],
    ['csv', ['page,kind', '1,r,2'], 't:2: '],
    ['csv', ['page', '4503599627370496'], 't:2: '],
  ])('%s %j', (format, lines, place) => {
    const parse = () => read(bytesOf(lines), { format: formatOf(format) });
    expect(parse).toThrow(place);
    expect(parse).toThrow(/expected .*; /);
  });

  test('records that cannot be, and a part of one, by their place', () => {
    const options = { format: formatOf('oracleGeneral') };
    const backwards = oracleGeneral([
      [1, -1n],
      [1, 1n],
    ]);
    expect(() => read(backwards, options)).toThrow(
      't: record 2 at byte 24: the next use is number 1',
    );
    expect(() => read(backwards.slice(0, 30), options)).toThrow('ends 6 bytes into record 2');
    const champsim = samples
      .find(({ format }) => format === 'champsim')
      ?.bytes.slice() as Uint8Array;
    champsim[72] = 7;
    expect(() => read(champsim, { format: formatOf('champsim') })).toThrow('record 2 at byte 64');
  });

  test('bytes of no format, by the first line or as binary', () => {
    expect(() => read(bytesOf(['hello']))).toThrow("t:1: 'hello', expected a trace of one of");
    expect(() => read(Uint8Array.of(1, 2, 3, 4))).toThrow('t: is binary');
    expect(() => read(new Uint8Array(0))).toThrow('t: is empty');
  });
});

describe('tables', () => {
  const row = (columns: string[], ...rows: string[]) =>
    referencesIn(read(bytesOf(rows), { format: formatOf('csv'), columns }));

  test('columns by name, and places as pages, addresses and blocks', () => {
    expect(row(['time', 'page', 'kind'], '1,5,w')).toEqual([[5, WRITE]]);
    expect(row(['address', 'size'], '8191;2')).toEqual([
      [1, READ],
      [2, READ],
    ]);
    // As libCacheSim's own CSV sample has it: a SCSI code and a block of 512 bytes.
    expect(row(['version', 'time', 'op', 'size', 'lbn'], '1,5633898,2a,512,42932745')).toEqual([
      [Math.floor(42932745 / 8), WRITE],
    ]);
  });

  test('kinds by one letter are those by a word, in either case, quoted or the last before a return', () => {
    const kinds = [
      'r',
      'L',
      '0',
      'w',
      'S',
      'm',
      '1',
      'F',
      'i',
      'X',
      '"w"',
      ' w ',
      '28',
      '2A',
      'Read',
    ];
    const [reads, writes, fetches] = [READ, WRITE, FETCH].map((kind) => [5, kind]);
    expect(row(['page', 'kind'], ...kinds.map((kind) => `5,${kind}\r`))).toEqual([
      ...[reads, reads, reads, writes, writes, writes, writes],
      ...[fetches, fetches, fetches, writes, writes, reads, writes, reads],
    ]);
    for (const kind of ['q', '2', '', ' ', '\u00a0', '"', 'rw'])
      expect(() => row(['page', 'kind'], `5,${kind}`)).toThrow('t:1: ');
  });

  test('ids that are hashes of 64 bits become numbers in order of appearance', () => {
    const bytes = oracleGeneral([
      [9, -1n],
      [0, -1n],
      [3, -1n],
    ]);
    new DataView(bytes.buffer).setBigUint64(28, 0xfedcba9876543210n, true);
    expect(read(bytes).pageNumbers).toEqual(Float64Array.of(0, 1, 2));
  });
});
