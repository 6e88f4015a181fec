/**
 * Memory servers behind memory servers: scenarios of the house run one, two and three deep, and so do
 * programs that nobody chose. What pages hold at the end and how many references were made is the
 * same at every depth; what it costs differs.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import clock from '../../clients/policies/clock.ts';
import { findPolicy } from '../../clients/policies/index.ts';
import type { Policy } from '../../contracts/policy.ts';
import { compareScenario, createInlinePool, type Pool } from '../../lab/compare/index.ts';
import { oracleResults, sweep } from '../../lab/oracles/index.ts';
import { boot } from '../../lab/run/boot.ts';
import { openMemories } from '../../lab/run/boot-memories.ts';
import { runWorld } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { watch } from '../../lab/run/watch.ts';
import { loadScenario } from '../../lab/scenario/index.ts';
import { cell, task, writing } from '../support/cells.ts';
import { type Contents, watchEnds } from '../support/page-contents.ts';
import { randomPages } from '../support/reference-strings.ts';

interface Ended {
  readonly contents: Contents;
  readonly references: readonly number[];
  readonly lost: number;
  readonly messages: number;
  readonly violations: readonly string[];
}

function runDeep(options: CellOptions, depth: number): Ended {
  const world = boot({ ...options, oracles: true, memoryServers: { depth } });
  const oracles = watch(world);
  const { contents, messages } = watchEnds(world);
  openMemories(world.kernel, world.memories);
  runWorld(world);
  if (oracles !== null) sweep(oracles);
  const { tasks } = collect(world);
  return {
    contents,
    references: tasks.map(({ references }) => references),
    lost: tasks.reduce((sum, { lostFaults }) => sum + lostFaults, 0),
    messages: [...messages.values()].reduce((sum, count) => sum + count, 0),
    violations: oracles === null ? [] : oracleResults(oracles).flatMap((one) => one.violations),
  };
}

/** The row `contracts` of a scenario at each depth. */
async function runScenario(file: string, limit: number): Promise<Ended[]> {
  const ended: Ended[] = [];
  const inner = createInlinePool();
  const run = async (job: Parameters<Pool['run']>[0], label: string): Promise<unknown> => {
    if (job.kind !== 'cell' || job.cell.management !== 'contracts') return inner.run(job, label);
    const tasks = job.cell.tasks.map(({ policy, level: _, ...rest }) => ({
      ...rest,
      policy: (findPolicy(policy.name) ?? clock) as Policy,
      policyParameters: policy.parameters,
    }));
    for (const depth of [1, 2, 3]) ended.push(runDeep({ ...job.cell, tasks }, depth));
    return inner.run(job, label);
  };
  const pool = { run: run as Pool['run'], close: inner.close };
  const loaded = await loadScenario(file, { limit }, pool);
  const one = { ...loaded, frames: loaded.frames.slice(0, 1), managements: ['contracts'] as const };
  await compareScenario({ ...one, bounds: [], expectations: [] }, pool, { oracles: false });
  return ended;
}

function expectSame([one, ...others]: readonly Ended[]): void {
  expect(one?.violations).toEqual([]);
  // Of a task that starts over, and has no end, only what it refers to is compared.
  expect(one?.contents.some((pages) => pages !== null)).toBe(true);
  for (const other of others) {
    expect(other.violations).toEqual([]);
    expect(other.references).toEqual(one?.references);
    expect(other.contents).toEqual(one?.contents);
  }
}

const FILES = [
  'market',
  'superpages',
  'wired',
  'priorities',
  'page-tables',
  'soft-references',
  'unused',
  'policy-server',
  'relocation',
  'contract-tree',
  'stacked',
];

test.each(FILES)(
  '[STACK1] %s: the same contents and references, one, two and three servers deep',
  async (name) => {
    const ended = await runScenario(`scenarios/${name}.yaml`, 20_000);
    expect(ended).toHaveLength(3);
    expectSame(ended);
  },
  120_000,
);

test('[STACK1] programs that nobody chose: the same at every depth', () => {
  const one = fc.record({
    seed: fc.integer({ min: 1, max: 1 << 20 }),
    pages: fc.integer({ min: 2, max: 40 }),
    guaranteed: fc.integer({ min: 2, max: 16 }),
    extra: fc.integer({ min: 0, max: 24 }),
    start: fc.integer({ min: 0, max: 400_000 }),
    level: fc.constantFrom(undefined, undefined, 1),
    policy: fc.constantFrom('clock', 'lru', 'fifo'),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (drawn) => {
      const ended = [1, 2, 3].map((depth) => {
        const tasks = drawn.map(({ seed, pages, guaranteed, extra, start, level, policy }, at) =>
          task(`t${at}`, writing(randomPages(seed, 600, pages)), policy, guaranteed, {
            extra,
            start,
            ...(level !== undefined && { level }),
          }),
        );
        return runDeep(cell(64, tasks, { clock: 'ns', slice: 50_000 }), depth);
      });
      expectSame(ended);
      expect(ended[0]?.contents.flat()).not.toContain('older');
    }),
    { seed: 41, numRuns: 60 },
  );
}, 120_000);

test('[STACK1] the comparison can fail: another program leaves other contents', () => {
  const at = (seed: number) =>
    runDeep(cell(16, [task('a', writing(randomPages(seed, 500 + seed, 20)), 'lru', 8)]), 2);
  expect(() => expectSame([at(1), at(2)])).toThrow();
});
