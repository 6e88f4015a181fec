import { expect, test } from 'vitest';
import { isInRange } from '../lab/scenario/parameters.ts';
import { managementGroups, parametersPage, policyGroups } from './support/parameters-page.ts';

const page = new URL('../docs/parameters.md', import.meta.url);

test('docs/parameters.md says what policies and managements declare: -u writes it anew', async () => {
  await expect(parametersPage()).toMatchFileSnapshot(page.pathname);
});

test('[POL21] each parameter of the house has a range, and its default is in it', () => {
  const groups = [...policyGroups, ...managementGroups];
  const all = groups.flatMap(({ name, parameters, ranges }) =>
    Object.entries(parameters).map(([key, value]) => ({ name, key, value, range: ranges[key] })),
  );
  expect(all.length).toBeGreaterThan(80);
  for (const { name, key, value, range } of all) {
    expect(range, `${name} ${key}`).toBeDefined();
    expect(isInRange(range, value), `${name} ${key} = ${value}`).toBe(true);
    expect(range.means.length, `${name} ${key}`).toBeGreaterThan(5);
  }
  for (const { name, parameters, ranges } of groups)
    expect(
      Object.keys(ranges).filter((key) => !Object.hasOwn(parameters, key)),
      name,
    ).toEqual([]);
});
