import { expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import type { Pool } from '../../../lab/compare/pool.ts';
import { createSparingPool } from '../../../lab/compare/sparing-pool.ts';
import { points as pointsIn } from '../../support/points-job.ts';

const points = (name: string, file: string | null = null) => pointsIn(name, 2, file);

/** A sparing pool, and how often it has asked for workers. */
function counted(size: number): { pool: Pool; asked: () => number } {
  let asked = 0;
  const workers = async (): Promise<Pool> => {
    asked++;
    return createInlinePool();
  };
  return { pool: createSparingPool({ size }, workers), asked: () => asked };
}

test('a lone job of a policy of the house starts no worker', async () => {
  const { pool, asked } = counted(2);
  expect(await pool.run(points('fifo'), 'fifo')).toEqual([{ frames: 2, misses: 6 }]);
  expect(await pool.run(points('mru'), 'mru')).toEqual([{ frames: 2, misses: 4 }]);
  expect(asked()).toBe(0);
});

test('several at a time are done here and in helpers, whatever threads there may be', async () => {
  const jobs = [points('fifo'), points('mru'), points('lru')];
  for (const size of [1, 2, 9]) {
    const { pool, asked } = counted(size);
    const results = await Promise.all(jobs.map((job) => pool.run(job, job.policy.name)));
    expect(results.map(([point]) => point.misses)).toEqual([6, 4, 6]);
    expect(await pool.run(points('fifo'), 'fifo')).toEqual(results[0]);
    await pool.close();
    expect(asked()).toBe(0);
  }
});

test('what is asked for when a job is done comes after it; each is told as it begins and ends', async () => {
  const told: string[] = [];
  const progress = (done: number, known: number, running: readonly string[]): void => {
    told.push(`${done}/${known} ${running}`);
  };
  const pool = createSparingPool({ size: 1, progress }, async () => createInlinePool());
  const next = pool.run(points('fifo'), 'a').then(() => pool.run(points('fifo'), 'c'));
  expect(await Promise.all([next, pool.run(points('mru'), 'b')])).toHaveLength(2);
  expect(told).toEqual(['0/2 a', '1/2 b', '2/2 ', '2/3 c', '3/3 ']);
});

test('jobs done are told of as many as there are, and what part of the work they were', async () => {
  const told: [number, number, number][] = [];
  const pool = createSparingPool(
    {
      size: 1,
      progress: (done, known, _, part) => void told.push([done, known, part]),
    },
    async () => createInlinePool(),
  );
  const costs = { arc: 5, fifo: 2, mru: 1 };
  await Promise.all(
    Object.entries(costs).map(([name, cost]) => pool.run({ ...points(name), cost }, name)),
  );
  await pool.run(points('fifo'), 'fifo');
  expect(told).toEqual([
    [0, 3, 0],
    [1, 3, 5 / 8],
    [2, 3, 7 / 8],
    [3, 3, 1],
    [3, 4, 8 / 9],
    [4, 4, 1],
  ]);
});

test("a policy of a user's own never runs in this thread", async () => {
  const { pool, asked } = counted(1);
  const loading = pool.run({ kind: 'inspect', file: './none.ts' }, 'none');
  await expect(loading).rejects.toThrow('./none.ts');
  await expect(pool.run(points('none', './none.ts'), 'none')).rejects.toThrow('./none.ts');
  expect(asked()).toBe(1);
});

test('what fails here fails as it does in a worker', async () => {
  const { pool } = counted(2);
  await expect(pool.run(points('nobody'), 'nobody')).rejects.toThrow('nobody: is no policy');
});

/** A sparing pool whose workers come when `come` is called; how often they were asked for, and ended. */
function late(): { pool: Pool; come: () => void; counts: { asked: number; ended: number } } {
  const counts = { asked: 0, ended: 0 };
  const coming = Promise.withResolvers<void>();
  const workers = async (): Promise<Pool> => {
    counts.asked++;
    await coming.promise;
    const pool = createInlinePool();
    return { ...pool, close: async () => void counts.ended++ };
  };
  return { pool: createSparingPool({ size: 2 }, workers), come: coming.resolve, counts };
}

const turns = async (): Promise<void> => {
  for (let at = 0; at < 5; at++) await new Promise((resolve) => setImmediate(resolve));
};

test('closed before it has begun it asks for no workers; closed while they come it ends them', async () => {
  const first = late();
  void first.pool.run({ kind: 'inspect', file: './none.ts' }, 'none');
  await first.pool.close();
  await turns();
  expect(first.counts).toEqual({ asked: 0, ended: 0 });
  const second = late();
  void second.pool.run({ kind: 'inspect', file: './none.ts' }, 'none');
  await turns();
  const closing = second.pool.close();
  second.come();
  await closing;
  expect(second.counts).toEqual({ asked: 1, ended: 1 });
});
