/** `leasehold compare` of a file with several mixes, as a user types it: the claim, in small. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mixesDocumentSchema } from '../../lab/report/index.ts';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const claim = resolve('lab/scenarios/claim.yaml');
const small = ['compare', claim, '--limit', '3000', '--frames', '300'];

test('every mix under contracts and every central pager; the table and the document agree', async () => {
  const table = await leasehold(folder, ...small, '--quiet', '--out', 'told');
  expect(table).toMatchObject({ code: 0, err: '' });
  const document = mixesDocumentSchema.parse(
    JSON.parse(readFileSync(join(folder, 'told', 'results.json'), 'utf8')),
  );
  expect(readdirSync(join(folder, 'told')).sort()).toEqual([
    'results.json',
    'scenario.yaml',
    'table.txt',
  ]);
  expect(document.mixes.length).toBeGreaterThanOrEqual(6);
  const [first] = document.mixes;
  const managements = first?.results.rows.map(({ management }) => management) ?? [];
  expect(managements).toEqual(expect.arrayContaining(['contracts', 'contracts-equal', 'mach']));
  for (const { name, results, toContracts, divisions } of document.mixes) {
    expect(results.rows.map(({ management }) => management)).toEqual(managements);
    expect(table.out).toContain(`${name}: `);
    const slowdownOf = (wanted: string) =>
      results.rows.find(({ management }) => management === wanted)?.totals.slowdown ?? 0;
    const ours = slowdownOf('contracts');
    for (const { management, by } of toContracts)
      if (by !== null) expect(by).toBeCloseTo(slowdownOf(management) / ours - 1, 3);
    expect(divisions[0]?.shared).toBeGreaterThan(0);
    expect(divisions[0]?.divided).toBeLessThanOrEqual(divisions[0]?.equal as number);
    const verdict = new RegExp(`^- ${name}: (self-paging (wins|loses)|level with)`, 'm');
    expect(table.out).toMatch(verdict);
  }
  expect(table.out).toContain('In all: how much longer honest tasks take');
}, 300_000);

test('mixes have no logs, and a run of one is refused', async () => {
  const logs = await leasehold(folder, ...small, '--log', '--out', 'logs');
  expect(logs).toMatchObject({ code: 2, out: '' });
  expect(logs.err).toMatch(/^leasehold: --log: is for one scenario, expected none beside mixes/);
  const run = await leasehold(folder, 'run', claim, '--management', 'mach');
  expect(run.code).toBe(2);
  expect(run.err).toContain('claim.yaml');
}, 60_000);
