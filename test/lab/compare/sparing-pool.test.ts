import { expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import type { Job } from '../../../lab/compare/jobs.ts';
import type { Pool } from '../../../lab/compare/pool.ts';
import { createSparingPool } from '../../../lab/compare/sparing-pool.ts';
import { packRun, READ, type ReferenceString } from '../../../sim-hw/references.ts';

const runs = Uint32Array.from([0, 1, 2, 0, 1, 2], (page) => packRun(page, READ, 1));
const program: ReferenceString = { references: 6, runs, pageNumbers: Float64Array.of(0, 1, 2) };

function points(name: string, file: string | null = null): Job & { kind: 'points' } {
  const policy = { name, file, parameters: {} };
  return { kind: 'points', program, policy, frames: [2], traffic: false };
}

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

test('several at a time go to workers, made once; with one thread they stay', async () => {
  const many = counted(2);
  const jobs = [points('fifo'), points('mru'), points('lru')];
  const results = await Promise.all(jobs.map((job) => many.pool.run(job, job.policy.name)));
  expect(results.map(([point]) => point.misses)).toEqual([6, 4, 6]);
  await many.pool.run(points('fifo'), 'fifo');
  expect(many.asked()).toBe(1);
  const one = counted(1);
  const same = await Promise.all(jobs.map((job) => one.pool.run(job, job.policy.name)));
  expect(same).toEqual(results);
  expect(one.asked()).toBe(0);
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
