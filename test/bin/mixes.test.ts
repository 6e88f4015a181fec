/** `leasehold compare` of a file with several mixes, as a user types it: the claim, in small. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mixesDocumentSchema } from '../../lab/report/index.ts';
import { checkScenario, managementNames, mixesOf, parseSource } from '../../lab/scenario/index.ts';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const claim = resolve('lab/scenarios/claim.yaml');
const text = readFileSync(claim, 'utf8');
const small = ['compare', 'small.yaml', '--limit', '2000', '--frames', '300'];

/** The claim with a few managements, from another folder. */
function writeSmall(): void {
  const few = text
    .replace('managements: [all]', 'managements: [contracts, contracts-equal, mach, global-clock]')
    .replaceAll('../../', `${resolve('.')}/`)
    .replaceAll('./block-join.ts', resolve('lab/scenarios/block-join.ts'));
  writeFileSync(join(folder, 'small.yaml'), few);
}

test('the claim has every management that can be had, in at least six mixes', () => {
  const mixes = mixesOf(parseSource(claim, text)) ?? [];
  expect(mixes.length).toBeGreaterThanOrEqual(6);
  const every = managementNames.filter((name) => !name.endsWith('-undefended'));
  for (const { source } of mixes) expect(checkScenario(source).managements).toEqual(every);
});

test('every mix under each management; the table and the document agree', async () => {
  writeSmall();
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
  const [first] = document.mixes;
  const managements = first?.results.rows.map(({ management }) => management) ?? [];
  expect(managements).toEqual(['contracts', 'contracts-equal', 'mach', 'global-clock', 'optimal']);
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
});
