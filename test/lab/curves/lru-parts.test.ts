import { truncateSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import type { CurvesWanted } from '../../../lab/curves/index.ts';
import { joinedAt } from '../../../lab/curves/lru-board.ts';
import { type LruOrder, performLruPart } from '../../../lab/curves/lru-part.ts';
import { createLruParts, type Partner, startThread } from '../../../lab/curves/lru-parts.ts';
import { streamedCurves } from '../../../lab/curves/streamed-curve.ts';
import { curveSoFar, startLruStream, takeWindow } from '../../../lab/kernels/lru-curve.ts';
import { kernelWindow } from '../../../lab/kernels/run-window.ts';
import {
  COMPACT_MAGIC,
  encodeHeader,
  encodeSection,
  RUNS_PER_SECTION,
  type SectionType,
} from '../../../lab/traces/compact-layout.ts';
import { compactPort } from '../../../lab/traces/compact-port.ts';
import { lookAtRuns, sumsOf } from '../../../lab/traces/compact-runs.ts';
import { CHUNK_RUNS } from '../../../lab/traces/later-runs.ts';
import { streamTrace } from '../../../lab/traces/read-trace.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';
import { packRun } from '../../../sim-hw/references.ts';
import { put, scratch } from '../traces/traces-support.ts';

const at = scratch();

type Start = (order: LruOrder) => Partner;
const never = new Promise<never>(() => {});

/** Someone in this thread, who joins at this chunk and is done before the first thread goes on. */
const joinsAt =
  (chunk: number): Start =>
  (order) => {
    performLruPart(order, ({ turn }) => {
      turn[0] = -chunk;
      return chunk;
    });
    return { lost: never, end: async () => {} };
  };

/** The curve by two threads, or what it is refused with; without `start` by one. */
async function curveOf(file: string, start?: Start): Promise<Float64Array | string> {
  const stream = startLruStream();
  if (stream === null) throw new Error('there is no kernel');
  const window = kernelWindow(stream.kernel, (count, pages) => takeWindow(stream, count, pages));
  const later = createLruParts(stream, start ? 2 : 1, 0, start);
  try {
    const { pageNumbers } = await streamTrace(file, () => {}, { window, later });
    const curve = curveSoFar(stream, pageNumbers.length);
    await later.addTo(curve);
    return curve;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs of pages near and far by turns, new ones all along. */
function drawnRuns(count: number): { runs: Uint32Array; pages: number } {
  const random = createRandom(20261123);
  let pages = 1;
  const runs = Uint32Array.from({ length: count }, (_, i) => {
    const isNew = i > 0 && nextBelow(random, 200) === 0;
    const far = (i >>> 14) % 2 === 0 ? pages : Math.min(pages, 12);
    const page = isNew ? pages++ : nextBelow(random, far);
    return packRun(i === 0 ? 0 : page, nextBelow(random, 3), 1 + nextBelow(random, 64));
  });
  return { runs, pages };
}

interface Forged {
  readonly pages?: number;
  readonly kinds?: [number, number, number];
  /** Runs in a section. */
  readonly full?: number;
  readonly tail?: readonly number[];
}

/** A plain file of these runs, whose checksums and sums are right whatever it says. */
function plainFile(runs: Uint32Array, pages: number, forged: Forged = {}): Uint8Array {
  const { full = RUNS_PER_SECTION } = forged;
  const { references, writes, fetches } = lookAtRuns(runs, 0, runs.length, pages);
  const parts: Uint8Array[] = [COMPACT_MAGIC];
  let seed = compactPort.checksum(COMPACT_MAGIC, 0);
  const add = (type: SectionType, content: Uint8Array, sums?: Uint8Array): void => {
    const { bytes, checksum } = encodeSection(compactPort, seed, type, content, sums);
    seed = checksum;
    parts.push(bytes);
  };
  const kinds = forged.kinds ?? [references - writes - fetches, writes, fetches];
  const header = { version: 2, granule: 4096, references, runs: runs.length, origin: 'a test' };
  add('HEAD', encodeHeader({ ...header, pages: forged.pages ?? pages, kinds }));
  // The differences of 0, 1, 2, ...
  add('PAGE', new Uint8Array(pages).fill(2).fill(0, 0, 1));
  for (let from = 0; from < runs.length; from += full) {
    const part = runs.slice(from, from + full);
    add('RUNS', new Uint8Array(part.buffer), sumsOf(lookAtRuns(part, 0, part.length, 0)));
  }
  add('END ', new Uint8Array(0));
  return new Uint8Array(Buffer.concat([...parts, Uint8Array.from(forged.tail ?? [])]));
}

const CHUNKS = 18;
// Two sections, of which the second ends within a chunk.
const { runs, pages } = drawnRuns((CHUNKS - 1) * CHUNK_RUNS + 777);
const whole = plainFile(runs, pages);

test('[CURV4] wherever the second thread joins, the same curve to the last bit', async () => {
  const file = await put(at('whole.lht'), whole);
  const alone = await curveOf(file);
  expect(alone).toBeInstanceOf(Float64Array);
  for (const chunk of [1, 2, 9, 15, 16, 17])
    expect(await curveOf(file, joinsAt(chunk))).toEqual(alone);
});

/** A thread of its own, which has joined when this returns; or -1 in `joined`, after a while. */
const joined: number[] = [];
const startsThread: Start = (order) => {
  const partner = startThread(order);
  for (let times = 0; times < 1000 && joinedAt(order.board) < 0; times++)
    Atomics.wait(order.board.turn, 0, 0, 20);
  joined.push(joinedAt(order.board));
  return partner;
};

test('[CURV4] by a thread that is there from the start, and one that comes too late', async () => {
  const file = await put(at('threads.lht'), whole);
  const alone = await curveOf(file);
  expect(await curveOf(file, startsThread)).toEqual(alone);
  expect(joined).toEqual([CHUNKS / 2]);
  // It starts, and nothing is left to do.
  const late: Start = (order) => {
    setTimeout(() => performLruPart(order), 0);
    return { lost: never, end: async () => {} };
  };
  expect(await curveOf(file, late)).toEqual(alone);
});

test('[CURV4] sections that are not full are for one thread', async () => {
  const file = await put(at('short.lht'), plainFile(runs, pages, { full: 100_000 }));
  const nobody: Start = () => {
    throw new Error('nobody should be started');
  };
  expect(await curveOf(file, nobody)).toEqual(await curveOf(file));
});

/** Words changed, with checksums and sums to match. */
function forged(changes: readonly (readonly [at: number, word: number])[], rest: Forged = {}) {
  const words = runs.slice();
  for (const [place, word] of changes) words[place] = word;
  return plainFile(words, pages, rest);
}

const late = 15 * CHUNK_RUNS + 99;
/** Of the first use of a page in the second half. */
const firstUse = runs.findIndex(
  (run, i) => i > 9 * CHUNK_RUNS && run >>> 8 > 0 && isFirst(runs, i),
);

function isFirst(words: Uint32Array, place: number): boolean {
  const page = words[place] >>> 8;
  for (let i = 0; i < place; i++) if (words[i] >>> 8 === page) return false;
  return true;
}

test.each([
  ['a page that the file does not tell of', () => forged([[late, packRun(pages, 0, 1)]])],
  ['one far beyond', () => forged([[late, 0xffffff00]])],
  ['a page before its turn', () => forged([[firstUse - 1, packRun(pages - 1, 0, 1)]])],
  ['a page that is never used', () => forged([[firstUse, runs[firstUse - 1]]])],
  ['a run of no kind', () => forged([[late, 0xc0]])],
  [
    'one of no kind after a wrong page',
    () =>
      forged([
        [late, 0xffffff00],
        [late + 1, 0xc0],
      ]),
  ],
  ['a run more of a page', () => forged([[late, runs[late] ^ 1]], { kinds: [1, 2, 3] })],
  ['fewer pages than there are', () => forged([], { pages: pages - 1 })],
  ['more pages than there are', () => forged([], { pages: pages + 1 })],
  ['bytes after the end', () => forged([], { tail: [0] })],
])('[CURV4] refused by both with the same line: %s', async (_, made) => {
  const file = await put(at('forged.lht'), made());
  const alone = await curveOf(file);
  expect(alone).toMatch(/forged\.lht: .*expected .*; .+/);
  for (const chunk of [1, 9, 14, 15, 16, 17])
    expect(await curveOf(file, joinsAt(chunk))).toBe(alone);
});

test('[CURV4] damaged anywhere: refused by both with the same line, or by none', async () => {
  const random = createRandom(20261124);
  const file = at('damaged.lht');
  const heads = [8, 80, 180, whole.length - 20, whole.length - 40];
  let refused = 0;
  for (let times = 0; times < 60; times++) {
    const bytes = whole.slice();
    const near = heads[nextBelow(random, heads.length)] + nextBelow(random, 40);
    const place = nextBelow(random, 2) === 0 ? near : nextBelow(random, whole.length);
    if (place < bytes.length) bytes[place] ^= 1 << nextBelow(random, 8);
    const isCut = nextBelow(random, 4) === 0;
    await put(file, isCut ? bytes.subarray(0, place) : bytes);
    const alone = await curveOf(file);
    if (typeof alone === 'string') refused++;
    expect(await curveOf(file, joinsAt(1 + nextBelow(random, CHUNKS - 1)))).toEqual(alone);
  }
  expect(refused).toBeGreaterThan(50);
});

test('[CURV4] cut short while two threads read it: refused, and nobody waits for ever', async () => {
  const file = at('meanwhile.lht');
  const cuts =
    (size: number): Start =>
    (order) => {
      truncateSync(file, size);
      return joinsAt(9)(order);
    };
  for (const size of [whole.length - 9, 12 * 4 * CHUNK_RUNS, 500_000, 40]) {
    await put(file, whole);
    expect(await curveOf(file, cuts(size))).toMatch(
      /meanwhile\.lht: (the file is cut short at byte \d+|section RUNS has the wrong sums), expected/,
    );
  }
});

test('a second thread that is lost ends the work, and one that is lost before it joins does not', async () => {
  const file = await put(at('lost.lht'), whole);
  let ended = 0;
  const lost = (join: number): Start => {
    const gone = Promise.reject(new Error('gone'));
    gone.catch(() => 0);
    return ({ board }) => {
      board.turn[0] = -join;
      return { lost: gone, end: async () => void ended++ };
    };
  };
  expect(await curveOf(file, lost(3))).toBe('gone');
  expect(ended).toBe(1);
  expect(await curveOf(file, lost(0))).toEqual(await curveOf(file));
});

test('[CURV4] of a long trace the command has two threads, unless it may have one', async () => {
  const long = drawnRuns((1 << 22) + 70_000);
  const file = await put(at('long.lht'), plainFile(long.runs, long.pages));
  const wanted = { of: 'misses', policies: 'lru', sizes: 'auto:16', traffic: false, parts: 1 };
  const told: number[] = [];
  const curves = (threads: number) =>
    streamedCurves(
      file,
      'long',
      wanted as CurvesWanted,
      { threads, progress: (bytes) => told.push(bytes) },
      createInlinePool(),
    );
  const [one, two] = [await curves(1), await curves(2)];
  expect(two).toEqual(one);
  const { size } = await stat(file);
  // Of each of the two readings, by section: never back, and to the end.
  const half = told.length / 2;
  for (const part of [told.slice(0, half), told.slice(half)]) {
    expect(part.every((bytes, i) => i === 0 || bytes >= part[i - 1])).toBe(true);
    expect(part.at(-1)).toBe(size);
  }
});
