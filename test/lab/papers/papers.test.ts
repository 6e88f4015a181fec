/** Each published experiment: inside as it stands, outside once what it shows is taken away. */

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool, type Pool } from '../../../lab/compare/index.ts';
import {
  papersDocument,
  papersTable,
  readPaper,
  runExperiment,
} from '../../../lab/papers/index.ts';

const FOLDER = 'lab/scenarios/papers';
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => {
    const file = `${FOLDER}/${name}`;
    return { file, text: readFileSync(file, 'utf8') };
  });

/** By id: what is changed in every run, and a figure that must be outside then. */
const planted: Record<string, { set: Record<string, unknown>; fails: string }> = {
  'L-E1': {
    set: { 'tasks.0.dropsGarbage': false },
    fails: 'time, NoPager of PagerPF',
  },
  'L-E2': { set: { 'tasks.0.program.pages': 4000 }, fails: 'reads, NoPager' },
  'L-E3': {
    set: { 'central.defaultPager': 'kernel' },
    fails: 'time, outside of inside, 1.5 MB',
  },
  'L-E6': {
    set: { 'tasks.2.disk.slice.ms': 50 },
    fails: 'pages read in 10 minutes, 40 % of 10 %',
  },
  'L-E7': {
    set: { 'tasks.2.disk.slice.ms': 50 },
    fails: 'pages written in 10 minutes, 40 % of 10 %',
  },
  'L-E8': {
    set: { 'disk.scheduler': 'fcfs' },
    fails: 'bandwidth beside pagers of alone, contracts',
  },
  'L-E8f': {
    set: { 'disk.scheduler': 'fcfs' },
    fails: 'bandwidth beside pagers of alone, contracts',
  },
  'L-E10': { set: { 'machine.figures': { trapNs: 400_000 } }, fails: 'server of own process' },
  'L-E11': { set: { 'machine.figures': { copyNs: 0 } }, fails: 'copy of copy on write' },
  'L-E12': { set: { 'tasks.0.policy': 'fifo' }, fails: 'misses, own MRU of central LRU' },
  'M-E1': { set: { 'tasks.0.contract.guaranteed': 1 }, fails: 'faults of LRU, frames, 4' },
  'M-E2': { set: { 'tasks.0.contract.guaranteed': 8 }, fails: 'faults of OPT, frames, 16' },
  'M-E2i': {
    set: { 'tasks.0.policy': 'clock' },
    fails: 'references at which LRU breaks inclusion, frames, 32',
  },
  'M-E3': { set: { 'tasks.0.policy': 'fifo' }, fails: 'faults of own MRU, frames, 75' },
  'M-E4': { set: { 'machine.frames': 100 }, fails: 'CPU at six copies' },
  'M-E5': {
    set: { 'tasks.0.program.references': 19_000 },
    fails: 'faults of the working set, window, 100',
  },
  'M-E6': {
    set: { 'central.parameters.vms.quotaShare': 0.7 },
    fails: 'hard faults, a quarter behind, frames, 32',
  },
  'M-E7': {
    set: { 'central.parameters.mach.inactiveShare': 0.5 },
    fails: 'faults, target 100 of 20',
  },
  'M-E9': { set: { 'machine.figures': { copyNs: 0 } }, fails: 'UNIX of Mach, RT PC' },
  'M-E9c': { set: { 'chains.rounds': 49 }, fails: 'pages held, nothing collapsed' },
  'M-E9g': { set: { 'fork.pages': 320 }, fails: 'mappings write-protected, 256 KiB' },
  'M-E8': {
    set: { 'central.parameters.mach-soft-bits': { version: 2.5 } },
    fails: 'soft faults in the last stretch, 3.0, target 2/3',
  },
  'M-E8t': {
    set: { 'machine.figures': { walkStartPs: 540_000 } },
    fails: 'time, refill of 16 cycles of one of 9 (predicted there)',
  },
  'M-E10': {
    set: { 'files.0.cache.extra': 100 },
    fails: 'second read of the large file, memory is its cache',
  },
  'M-E11': { set: { 'external.withholds': false }, fails: 'messages of a protection fault' },
  'M-E13': { set: { 'machine.figures': { mapNs: 100_000 } }, fails: 'protN of prot1' },
  'M-E15': {
    set: { 'tasks.0.policy': 'fifo' },
    fails: 'trace L, half of 96 frames, LRU of its own',
  },
  'M-T6.5': {
    set: { 'machine.tlb': 'rt-pc' },
    fails: 'misses of a walk along columns, page bytes, 8192',
  },
  'M-T6.5f': {
    set: { 'tasks.0.program.elementBytes': 4 },
    fails: 'faults along columns, frames, 128',
  },
  'L-E14': {
    set: { 'tasks.0.contract.guaranteed': '10%', 'tasks.1.contract.guaranteed': '90%' },
    fails: 'GET throughput, informed of uninformed (Mach)',
  },
};

let pool: Pool;
beforeAll(() => {
  pool = createPool({ size: 1 });
});
afterAll(() => pool.close());

const ids = files.map((file) => readPaper(file).id);

test('every experiment has an id of its own, and a change that it must notice', () => {
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(planted).sort()).toEqual([...ids].sort());
});

describe.each(files)('$file', (file) => {
  const { id, also } = readPaper(file);

  test('is inside as it stands', async () => {
    const result = await runExperiment(file, pool, { oracles: true });
    expect(result.violations).toEqual([]);
    for (const { what, verdict } of result.figures) expect(verdict, what).not.toBe('OUTSIDE');
    const text = papersTable([result], { colours: false });
    expect(text).toContain(`${[id, ...also].join(', ')}  `);
    expect(text).toContain('1 experiment: none outside.');
    const { experiments } = papersDocument([result]) as { experiments: { figures: object[] }[] };
    expect(experiments[0]?.figures.length).toBe(result.figures.length);
    for (const { mark, verdict } of result.figures)
      if (mark !== 'published') expect(verdict).not.toBe('reproduced');
  }, 120_000);

  test('is outside once its point is taken away', async () => {
    const { set, fails } = planted[id] as (typeof planted)[string];
    const result = await runExperiment(file, pool, { oracles: false, set });
    expect(result.verdict).toBe('OUTSIDE');
    expect(result.figures.find(({ what }) => what === fails)?.verdict).toBe('OUTSIDE');
  }, 120_000);
});
