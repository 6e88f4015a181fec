import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  beginChunk,
  createLruBoard,
  join,
  joinedAt,
  type LruBoard,
  runsDoneAfter,
  tellDone,
  waitForDone,
} from '../../../lab/curves/lru-board.ts';
import { CHUNK_RUNS } from '../../../lab/traces/later-runs.ts';

const planOf = (chunks: number) => ({ fd: -1, at: 0, runs: chunks * CHUNK_RUNS, pages: 1 });
const boardFor = (chunks: number, pages = 1): LruBoard =>
  createLruBoard({ ...planOf(chunks), pages });
const never = new Promise<never>(() => {});

test('[CURV4] each chunk is done by one of two threads, whenever the second joins', () => {
  const chunks = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(chunks, fc.nat(40), (all, begun) => {
      const board = boardFor(all);
      const isOurs: boolean[] = [];
      for (let chunk = 0; chunk < Math.min(begun, all); chunk++)
        isOurs.push(beginChunk(board, chunk));
      const from = join(board, all);
      expect(joinedAt(board)).toBe(from);
      while (isOurs.length < all) isOurs.push(beginChunk(board, isOurs.length));
      const end = from < 0 ? all : from;
      expect(isOurs).toEqual(Array.from({ length: all }, (_, chunk) => chunk < end));
      // Half of what was left, unless it was too little.
      expect(from).toBe(all - begun < 4 ? -1 : begun + Math.ceil((all - begun) / 2));
      expect(join(board, all)).toBe(-1);
    }),
  );
});

test('the first uses that the first thread will have are of its half', () => {
  const partOf = (pages: number): number => join(boardFor(40, pages), 40);
  expect([1, CHUNK_RUNS, 5 * CHUNK_RUNS, 40 * CHUNK_RUNS].map(partOf)).toEqual([20, 19, 15, 1]);
});

test('what the second thread has done after a chunk, before and after the first one comes there', () => {
  const plan = { ...planOf(20), runs: 20 * CHUNK_RUNS - 5 };
  const board = createLruBoard(plan);
  const after = (chunk: number): number => runsDoneAfter(board, plan, chunk) / CHUNK_RUNS;
  expect(after(3)).toBe(0);
  expect(join(board, 20)).toBe(10);
  for (let times = 0; times < 4; times++) tellDone(board);
  expect([5, 9, 10, 12, 13, 19].map(after)).toEqual([4, 4, 3, 1, 0, 0]);
  // All of its chunks, of which the last is shorter, and the curve.
  for (let times = 0; times < 7; times++) tellDone(board);
  expect([5, 9, 18, 19].map(after)).toEqual([10, 10, 1, 0].map((n) => n && n - 5 / CHUNK_RUNS));
});

test('who waits goes on when it is done, and at once if it is; not if nobody will do it', async () => {
  const board = boardFor(20);
  const order: string[] = [];
  const waiting = waitForDone(board, 1, never).then(() => order.push('second is done'));
  tellDone(board);
  await new Promise((resolve) => setTimeout(resolve, 20));
  order.push('first is done');
  tellDone(board);
  await waiting;
  await waitForDone(board, 0, never);
  expect(order).toEqual(['first is done', 'second is done']);
  const lost = Promise.reject(new Error('gone'));
  await expect(waitForDone(board, 5, lost)).rejects.toThrow('gone');
  await waitForDone(board, 1, lost);
});
