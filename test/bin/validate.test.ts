/** `leasehold validate`, as a user types it. */

import { afterAll, expect, test } from 'vitest';
import { leasehold, temporaryFolder } from './support.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

test('an experiment that there is not is one clear line', async () => {
  const { code, out, err } = await leasehold(folder, 'validate', '--only', 'L-E99');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^leasehold: --only: is 'L-E99', expected an experiment; .*L-E12.*\n$/);
}, 60_000);

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
