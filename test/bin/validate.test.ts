/** `leasehold validate`, as a user types it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

test('an experiment that there is not is one clear line', async () => {
  const { code, out, err } = await leasehold(folder, 'validate', '--only', 'L-E99');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^leasehold: --only: is 'L-E99', expected an experiment; .*L-E12.*\n$/);
});

test('an experiment of one’s own runs in place of those there are; outside, the exit code is 1', async () => {
  const text = readFileSync('lab/scenarios/papers/buffer-transfer.yaml', 'utf8');
  const mine = (name: string, published: number) => {
    const file = join(folder, name);
    const changed = text.replace(/(copy on write, us\n +published: )59/, `$1${published}`);
    expect(changed === text).toBe(published === 59);
    writeFileSync(file, changed);
    return name;
  };
  const inside = await leasehold(folder, 'validate', mine('inside.yaml', 59), '--json');
  const outside = await leasehold(folder, 'validate', mine('outside.yaml', 590), '--json');
  expect([inside.code, outside.code]).toEqual([0, 1]);
  const verdicts = [inside, outside].map(({ out }) => {
    const [{ id, source, published, simulated, verdict }] = JSON.parse(out).experiments;
    expect({ id, source }).toMatchObject({ id: 'L-E11', source: expect.stringContaining('fbufs') });
    expect(Object.keys(published)).toEqual(Object.keys(simulated));
    return verdict;
  });
  expect(verdicts).toEqual(['as the shape', 'OUTSIDE']);
  const table = await leasehold(folder, 'validate', 'outside.yaml', '--quiet');
  expect(table).toMatchObject({ code: 1, err: '' });
  expect(table.out).toMatch(/^copy on write, us .*OUTSIDE$/m);
  expect(table.out).toContain('1 experiment, outside: L-E11.');
  const none = await leasehold(folder, 'validate', 'none.yaml');
  expect(none).toMatchObject({ code: 2, out: '' });
  expect(none.err).toMatch(/^leasehold: none\.yaml: cannot be read \(ENOENT\)/);
}, 120_000);

test('--json is one document, the same bytes each time; the table says as much', async () => {
  const args = ['validate', '--only', 'L-E12', '--json'];
  const [first, second] = [await leasehold(folder, ...args), await leasehold(folder, ...args)];
  expect(first.code).toBe(0);
  expect(second.out).toBe(first.out);
  const { experiments } = JSON.parse(first.out);
  expect(experiments.length).toBe(1);
  expect(experiments[0]).toMatchObject({ id: 'L-E12', verdict: 'as the shape', violations: [] });
  expect(Object.keys(experiments[0].published)).toEqual(Object.keys(experiments[0].simulated));
  expect(first.out).not.toContain(process.cwd());
  const table = await leasehold(folder, 'validate', '--only', 'L-E12', '--quiet');
  expect(table).toMatchObject({ code: 0, err: '' });
  expect(table.out).toContain('1 experiment: none outside.');
}, 120_000);
