/**
 * Determinism: the same seed gives the same bytes, a run cloned in the middle ends as the original
 * does, and what a page-table format costs never shows in what pages hold.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findPolicy } from '../../clients/policies/index.ts';
import type { Policy } from '../../contracts/policy.ts';
import { compareScenario, createInlinePool, type Pool } from '../../lab/compare/index.ts';
import { oracleResults, sweep } from '../../lab/oracles/index.ts';
import { documentOf, documentText } from '../../lab/report/index.ts';
import type { CellResult } from '../../lab/results.ts';
import { boot, type World } from '../../lab/run/boot.ts';
import { runWorld } from '../../lab/run/cell.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { collect } from '../../lab/run/collect.ts';
import { watch } from '../../lab/run/watch.ts';
import { loadScenario } from '../../lab/scenario/index.ts';
import { cloneKernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { hashState } from '../../sim-hw/state.ts';
import { cell, task, writing } from '../support/cells.ts';
import { randomPages } from '../support/reference-strings.ts';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-determinism-'));
const file = join(folder, 'small.yaml');
const program = (pages: number) =>
  `{ kind: zipf, pages: ${pages}, references: 6000, alpha: 0.5, write: 0.4 }`;
writeFileSync(
  file,
  `name: determinism
seed: 11
machine: { costs: modern-nvme, frames: [96], pagerFrames: outside }
slice: { us: 200 }
terms: { graceExtra: { us: 300 }, graceShrink: { ms: 5 }, penalty: repossess }
managements: [contracts, mach]
bounds: []
tasks:
  - { name: one, program: ${program(60)}, contract: { guaranteed: 24, extra: 16 } }
  - { name: two, start: { ms: 3 }, policy: lru, program: ${program(50)}, contract: { guaranteed: 20 } }
  - { name: hostile, hostile: hoarder, program: ${program(90)}, contract: { guaranteed: 8, extra: 80 } }
`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function documentBy(pool: Pool, oracles: boolean): Promise<string> {
  const loaded = await loadScenario(file, {}, pool);
  return documentText(documentOf(await compareScenario(loaded, pool, { oracles })));
}

/** A pool whose cells are cloned after `steps` decisions; only the clone runs on to the end. */
function cloningPool(steps: number, cloned: { count: number }): Pool {
  const inner = createInlinePool();
  const run = async (job: Parameters<Pool['run']>[0], label: string): Promise<unknown> => {
    if (job.kind !== 'cell') return inner.run(job, label);
    const tasks = job.cell.tasks.map(({ policy, ...rest }) => ({
      ...rest,
      policy: findPolicy(policy.name) as Policy,
      policyParameters: policy.parameters,
    }));
    cloned.count++;
    return runCloned({ ...job.cell, tasks }, steps);
  };
  return { run: run as Pool['run'], close: inner.close };
}

function runCloned(options: CellOptions, steps: number): CellResult {
  const world = boot(options);
  for (let step = 0; step < steps && stepKernel(world.kernel); step++);
  const clone: World = { ...world, kernel: cloneKernel(world.kernel) };
  // The original goes a little further: nothing of it may reach the clone.
  for (let step = 0; step < 500 && stepKernel(world.kernel); step++);
  runWorld(clone);
  return collect(clone);
}

test('the same seed gives the same document, to the byte', async () => {
  const first = await documentBy(createInlinePool(), true);
  expect(await documentBy(createInlinePool(), true)).toBe(first);
  const { rows, oracles } = JSON.parse(first) as {
    rows: { management: string; totals: { revocationsMissed: number } }[];
    oracles: { violations: string[] }[];
  };
  expect(rows.map(({ management }) => management)).toEqual(['contracts', 'mach']);
  expect(rows[0].totals.revocationsMissed).toBeGreaterThan(0);
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
});

test('[TIME7] cloned in the middle and continued: the same document', async () => {
  const uncloned = await documentBy(createInlinePool(), false);
  for (const steps of [1, 700, 5000]) {
    const cloned = { count: 0 };
    expect(await documentBy(cloningPool(steps, cloned), false)).toBe(uncloned);
    expect(cloned.count).toBeGreaterThanOrEqual(2);
  }
});

/** Extras that come and go, a hoarder, scratch and images: much that may go differently. */
function mixed(pageTable: string, clock: 'ns' | 'references', extra: number): CellOptions {
  const pages = (seed: number) => writing(randomPages(seed, 2500, 40));
  const tasks = [
    task('one', pages(3), 'clock', 12, { extra, scratch: [[0, 5]], initial: 'zero' }),
    task('two', pages(5), 'lru', 10, { start: 600 }),
    task('three', pages(7), 'fifo', 6, extra > 0 ? { extra, hostile: 'hoarder' } : {}),
  ];
  const references = clock === 'references';
  const terms = { term: 0, graceExtra: references ? 40 : 3e5, graceShrink: 1e6 } as const;
  const options = cell(40, tasks, {
    clock,
    slice: references ? 50 : 1e5,
    terms: { ...terms, penalty: 'repossess' },
    oracles: true,
  });
  return { ...options, machine: { ...options.machine, pageTable } };
}

/** By task: every page it is shown, and the contents it finds there. */
function showings({ kernel }: World): number[][] {
  const shown: number[][] = kernel.state.tasks.map(() => []);
  const { probe } = kernel;
  if (probe === null) throw new Error('is not watched');
  const { stampLow, stampHigh } = kernel.state.frames;
  kernel.probe = {
    ...probe,
    mapped(_kernel, id, page, frame) {
      probe.mapped(kernel, id, page, frame);
      shown[id].push(page, stampHigh[frame], stampLow[frame]);
    },
  };
  return shown;
}

/** What a run showed to each task and left of each page; faults and page-ins by task. */
function leftovers(options: CellOptions): { contents: string; counts: number[][]; ns: number } {
  const world = boot(options);
  const oracles = watch(world);
  if (oracles === null) throw new Error('is not watched');
  const { kernel } = world;
  const shown = showings(world);
  runWorld(world);
  sweep(oracles);
  for (const { name, violations } of oracleResults(oracles)) expect(violations, name).toEqual([]);
  const { tasks } = collect(world);
  const counts = tasks.map(({ faults, hardFaults, lostFaults, pageIns, pageOuts }) => [
    faults,
    hardFaults,
    lostFaults,
    pageIns,
    pageOuts,
  ]);
  const versions = kernel.state.spaces.map((space) => space.versions);
  return { contents: hashState([shown, versions]), counts, ns: kernel.state.nowNs };
}

test('pages hold the same on both page-table formats, whichever clock', () => {
  for (const clock of ['ns', 'references'] as const) {
    const [radix, inverted] = ['x86-64', 'rt-pc'].map((name) => leftovers(mixed(name, clock, 0)));
    expect(inverted.contents).toBe(radix.contents);
    expect(inverted.ns).not.toBe(radix.ns);
  }
});

test('faults and page-ins too where terms and slices count references, extras or not', () => {
  for (const extra of [0, 16]) {
    const options = ['x86-64', 'rt-pc'].map((name) => mixed(name, 'references', extra));
    const [radix, inverted] = options.map(leftovers);
    expect(inverted.counts).toEqual(radix.counts);
    expect(inverted.contents).toBe(radix.contents);
    expect(inverted.ns).not.toBe(radix.ns);
  }
});
