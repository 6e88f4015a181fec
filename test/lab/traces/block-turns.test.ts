import { closeSync, openSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createBlockParser, parseBlock } from '../../../lab/traces/block-parser.ts';
import {
  type BlockParserTold,
  type Partner,
  readByTurns,
  startThread,
} from '../../../lab/traces/block-turns.ts';
import { requireFormat } from '../../../lab/traces/detect-format.ts';
import { type TraceFormat, traceFormats } from '../../../lab/traces/formats/index.ts';
import { readTrace, streamTrace } from '../../../lab/traces/index.ts';
import { beginBlock, isDone, type ParseBoard } from '../../../lab/traces/parse-board.ts';
import { traceOfLog } from '../../../lab/traces/reference-log.ts';
import { type Trace, TraceError } from '../../../lab/traces/trace.ts';
import {
  createTraceReader,
  endTrace,
  pushTrace,
  type ReaderOptions,
} from '../../../lab/traces/trace-reader.ts';
import { createRandom, nextBelow, type RandomState } from '../../../sim-hw/random.ts';
import { lengthOfRun } from '../../../sim-hw/references.ts';
import { mutated } from './damage.ts';
import { samples } from './formats/samples.ts';
import { lackeyTextOf, put, refusal, scratch } from './traces-support.ts';

const at = scratch();
const MUTATIONS = Number(process.env.TRACE_MUTATIONS ?? 600) / 20;

type Outcome = Trace | string;

/** A parser in this thread, which does a block now and then; `until`: of so many it is gone. */
function inTurn(random: RandomState, until = Number.POSITIVE_INFINITY) {
  return ({ format, ...told }: BlockParserTold): Partner => {
    const { promise: gone, resolve } = Promise.withResolvers<'gone'>();
    const parser = createBlockParser({ ...told, format: requireFormat('', format) });
    let blocks = 0;
    let isOver = false;
    const go = (): void => {
      for (let some = nextBelow(random, 4); some > 0 && !isOver; some--) {
        const block = beginBlock(parser.board);
        if (block < 0) break;
        if (blocks++ < until) parseBlock(parser, block);
        else {
          isOver = true;
          resolve('gone');
        }
      }
      if (!isOver) setImmediate(go);
    };
    go();
    return {
      gone,
      end: async () => {
        isOver = true;
      },
    };
  };
}

/** What a reader makes of the file by itself. */
function alone(bytes: Uint8Array, options: ReaderOptions): Outcome {
  return outcomeOf(options, async (reader) => pushTrace(reader, bytes)) as never;
}

async function outcomeOf(
  options: ReaderOptions,
  read: (reader: ReturnType<typeof createTraceReader>) => Promise<void>,
): Promise<Outcome> {
  const reader = createTraceReader('t', options);
  try {
    await read(reader);
    if (reader.log.limitLeft > 0) endTrace(reader);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return error.message;
  }
  return traceOfLog(reader.log, '', '');
}

interface Way {
  readonly threads: number;
  readonly blockBytes: number;
  readonly until?: number;
  /** Bytes read before the others come in. */
  readonly first: number;
}

/** The same by several. */
async function byTurns(
  file: string,
  bytes: Uint8Array,
  options: ReaderOptions,
  random: RandomState,
  { threads, blockBytes, first, until }: Way,
): Promise<Outcome> {
  const fd = openSync(file, 'r');
  try {
    return await outcomeOf(options, async (reader) => {
      pushTrace(reader, bytes.subarray(0, first));
      const taken = { bytes: Math.min(first, bytes.length) };
      const start = inTurn(random, until);
      const shared = { fd, fileBytes: bytes.length, threads, taken, start, blockBytes };
      await readByTurns(reader, shared, () => {});
      pushTrace(reader, bytes.subarray(taken.bytes));
    });
  } finally {
    closeSync(fd);
  }
}

function drawnWay(random: RandomState): Way {
  const blockBytes = [40, 200, 900, 5000][nextBelow(random, 4)];
  const until = nextBelow(random, 4) === 0 ? nextBelow(random, 6) : undefined;
  const way = { threads: 2 + nextBelow(random, 3), blockBytes, first: nextBelow(random, 300) };
  return { ...way, ...(until !== undefined && { until }) };
}

/** Lines or records of a sample in any order, with runs among them. */
function drawnBytes(random: RandomState, format: TraceFormat, bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  if (format.kind === 'records') {
    for (let from = 0; from < bytes.length; from += format.recordBytes)
      parts.push(bytes.subarray(from, from + format.recordBytes));
  } else {
    const text = Buffer.from(bytes).toString('latin1');
    for (const line of text.split('\n').filter((line) => line !== ''))
      parts.push(Buffer.from(`${line}\n`, 'latin1'));
  }
  const all = [...parts];
  for (let left = nextBelow(random, 400); left > 0; left--) {
    const part = parts[nextBelow(random, parts.length)];
    for (let times = nextBelow(random, 8) === 0 ? 90 : 1; times > 0; times--) all.push(part);
  }
  const joined = new Uint8Array(Buffer.concat(all));
  const isCut = format.kind === 'text' && nextBelow(random, 2) === 0;
  return isCut ? joined.subarray(0, joined.length - 1) : joined;
}

const apart = samples.flatMap(({ format: name, bytes }) => {
  const format = traceFormats.find((known) => known.name === name);
  return format?.readsApart ? [{ name, format, bytes }] : [];
});

describe.each(apart)('$name', ({ format, bytes }) => {
  test('[CURV5] by several in turns: the same trace, wherever it is cut', async () => {
    const random = createRandom(20261124);
    for (let n = 0; n < 15; n++) {
      const drawn = drawnBytes(random, format, bytes);
      const limit = nextBelow(random, 3) === 0 ? 1 + nextBelow(random, 300) : undefined;
      const options = { format, ...(limit !== undefined && { limit }) };
      const file = await put(at('drawn'), drawn);
      const theirs = await byTurns(file, drawn, options, random, drawnWay(random));
      expect(theirs).toEqual(await alone(drawn, options));
    }
  });

  test('[CURV5] damaged: the same trace, or refused with the same line', async () => {
    const random = createRandom(20261125);
    for (let n = 0; n < MUTATIONS; n++) {
      const drawn = mutated(random, drawnBytes(random, format, bytes));
      const options = { format, limit: 100_000 };
      const file = await put(at('damaged'), drawn);
      const theirs = await byTurns(file, drawn, options, random, drawnWay(random));
      expect(theirs).toEqual(await alone(drawn, options));
    }
  });
});

test('[CURV5] blocks of more references than there is room for are left to the reader', async () => {
  const format = requireFormat('', 'lis');
  const random = createRandom(20261127);
  const small = (): string =>
    Array.from({ length: 150 }, () => `${nextBelow(random, 900)} 3 0 0\n`).join('');
  const text = Array.from({ length: 3 }, () => `${small()}${'0 400000 0 0\n'.repeat(9)}`).join('');
  const bytes = Buffer.from(`${text}${small()}`);
  const file = await put(at('large.lis'), bytes);
  const way = { threads: 2, blockBytes: 60, first: 30 };
  const batches: Uint32Array[] = [];
  const options = { format, sink: (runs: Uint32Array) => void batches.push(runs.slice()) };
  const theirs = await byTurns(file, bytes, options, random, way);
  const given = Buffer.concat(batches.splice(0).map(bytesOf));
  expect(theirs).toEqual(await alone(bytes, options));
  expect(Buffer.compare(given, Buffer.concat(batches.map(bytesOf)))).toBe(0);
});

test.each([
  ['lackey', ' L 00001000,8\n', `-- ${'x'.repeat(5000)}\n`],
  ['lackey', ' L 00001000,8\n', ` L ${' '.repeat(5000)}00001000,8\n`],
  ['pages', '17\n', `# ${'x'.repeat(5000)}\n`],
  ['pages', '17\n', `17${' '.repeat(5000)}\n`],
  ['spc', '0,8,4096,R,0.5\n', `0,8,4096,R,0.5,${'x'.repeat(5000)}\n`],
  ['perf-faults', '# none\n', `${'x'.repeat(5000)}\n`],
])(
  '[CURV5] %s: a line too long is refused wherever chunks are cut: %#',
  async (name, line, long) => {
    const format = requireFormat('', name);
    const bytes = Buffer.from(`${line.repeat(900)}${long}${line.repeat(900)}`);
    const refused = await alone(bytes, { format });
    expect(refused).toMatch(/^t:901: a line of more than 4096 bytes/);
    const random = createRandom(20261128);
    const file = await put(at('long'), bytes);
    for (let n = 0; n < 8; n++)
      expect(await byTurns(file, bytes, { format }, random, drawnWay(random))).toBe(refused);
    for (const size of [700, 5000, 9000])
      expect(
        await outcomeOf({ format }, async (reader) => {
          for (let from = 0; from < bytes.length; from += size)
            pushTrace(reader, bytes.subarray(from, from + size));
        }),
      ).toBe(refused);
  },
);

test('[CURV5] cut short while several read it: nobody waits for ever', async () => {
  const format = requireFormat('', 'lackey');
  const bytes = Buffer.from(' L 00001000,8\n'.repeat(3000));
  for (const left of [0, 700, 5000, 20_000]) {
    const file = await put(at('short'), bytes);
    const fd = openSync(file, 'r');
    truncateSync(file, left);
    const reader = createTraceReader('t', { format });
    const taken = { bytes: 0 };
    const start = inTurn(createRandom(left + 1));
    const shared = { fd, fileBytes: bytes.length, threads: 3, taken, start, blockBytes: 500 };
    await readByTurns(reader, shared, () => {});
    closeSync(fd);
    expect(taken.bytes).toBeLessThanOrEqual(left);
    expect(reader.log.references).toBeGreaterThanOrEqual(Math.floor(taken.bytes / 14) - 1);
  }
});

/** Long enough for threads: runs, pages near and far, new ones all along. */
function longText(): Buffer {
  const random = createRandom(20261126);
  const lines: string[] = [];
  for (let i = 0; lines.length < 300_000; i++) {
    const number = nextBelow(random, 20) === 0 ? 5000 + (i >>> 2) : nextBelow(random, 500);
    const line = lackeyTextOf([[number, nextBelow(random, 3)]]);
    for (let times = nextBelow(random, 9) === 0 ? 70 : 1; times > 0; times--) lines.push(line);
  }
  return Buffer.from(lines.join('').repeat(34));
}

function expectEqual({ runs, ...others }: Trace, { runs: wanted, ...othersWanted }: Trace): void {
  expect(others).toEqual(othersWanted);
  expect(Buffer.compare(bytesOf(runs), bytesOf(wanted))).toBe(0);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

test('[CURV5] a long file by one, two and three threads: the same trace, limit and refusal', async () => {
  const text = longText();
  expect(text.length).toBeGreaterThan(1 << 27);
  const file = await put(at('long.lackey'), text);
  const one = await readTrace(file, { threads: 1 });
  for (const threads of [2, 3]) expectEqual(await readTrace(file, { threads }), one);
  const limit = one.references - 1000;
  const limited = await readTrace(file, { limit, threads: 2 });
  expectEqual(limited, await readTrace(file, { limit, threads: 1 }));
  let references = 0;
  const sink = (runs: Uint32Array): void => {
    for (const run of runs) references += lengthOfRun(run);
  };
  const { runs: _none, ...summary } = one;
  expect(await streamTrace(file, sink, { threads: 2 })).toEqual(summary);
  expect(references).toBe(one.references);

  text.write('nonsense', text.lastIndexOf(10, text.length - 100_000) + 1);
  await put(file, text);
  const refused = await refusal(readTrace(file, { threads: 2 }));
  expect(refused).toBe(await refusal(readTrace(file, { threads: 1 })));
  expect(refused).toMatch(/long\.lackey:\d+: 'nonsense/);
}, 120_000);

test('[CURV5] what threads of their own have parsed is taken', async () => {
  const text = longText();
  const bytes = text.subarray(0, text.lastIndexOf(10, 1 << 25) + 1);
  const file = await put(at('part.lackey'), bytes);
  const format = requireFormat('', 'lackey');
  const fd = openSync(file, 'r');
  const boards: ParseBoard[] = [];
  const start = (told: BlockParserTold): Partner => {
    boards.push(told.board);
    return startThread(told);
  };
  const outcome = await outcomeOf({ format }, async (reader) => {
    const taken = { bytes: 0 };
    const shared = { fd, fileBytes: bytes.length, threads: 3, taken, start };
    await readByTurns(reader, shared, () => {
      // After round 0: each has its block of round 1 done before this thread goes on.
      for (const board of boards)
        for (let left = 4000; left > 0 && !isDone(board, 1) && !isDone(board, 5); left--) sleep(5);
    });
    pushTrace(reader, bytes.subarray(taken.bytes));
  });
  closeSync(fd);
  for (const board of boards) expect(isDone(board, 1) || isDone(board, 5)).toBe(true);
  expectEqual(outcome as Trace, (await alone(bytes, { format })) as Trace);
});

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
