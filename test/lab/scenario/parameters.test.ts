import fc from 'fast-check';
import { expect, test } from 'vitest';
import { policies } from '../../../clients/policies/index.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { centralNames } from '../../../lab/run/centrals.ts';
import { checkScenario, override, parseSource } from '../../../lab/scenario/index.ts';
import { rangeText } from '../../../lab/scenario/parameters.ts';
import { policyOfText } from '../../../lab/scenario/policy-names.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { drivePolicy } from '../../support/drive-policy.ts';
import { runsOf } from '../../support/happenings.ts';
import { managementGroups, policyGroups } from '../../support/parameters-page.ts';

const ends = (groups: typeof policyGroups) =>
  groups.flatMap(({ name, ranges }) =>
    Object.entries(ranges).flatMap(([key, { least, most }]) => [
      [name, key, least] as const,
      [name, key, most] as const,
    ]),
  );

const PAGES = 16;
const strings = fc.array(fc.nat(PAGES - 1), { minLength: 1, maxLength: 200, size: 'max' });
const policyEnds = ends(policyGroups);

test.each(policyEnds)('[POL21] %s keeps its rules at %s = %d', (name, key, value) => {
  fc.assert(
    fc.property(strings, fc.integer({ min: 1, max: PAGES }), (pages, frames) => {
      const parameters = { [key]: value };
      // It checks its own structures at the end.
      const { faults } = drivePolicy(policies[name], runsOf(pages), PAGES, frames, { parameters });
      expect(faults).toBeGreaterThanOrEqual(new Set(pages).size);
    }),
    { seed: 20_261_124, numRuns: 30 },
  );
});

const random = createRandom(5);
const pagesOf = (count: number) =>
  writing(
    Array.from({ length: 1500 }, () =>
      Math.min(nextBelow(random, count), nextBelow(random, count)),
    ),
  );
const programs = [pagesOf(30), pagesOf(20)];
const managementEnds = ends(managementGroups);

test.each(managementEnds)('[POL21] %s keeps its rules at %s = %d', (group, key, value) => {
  const [management, ofTask] = group.split(', ') as [(typeof centralNames)[number], string?];
  const settings = { [key]: value };
  const parts = { kernel: 'servers', defaultPager: 'server', pager: 'kernel' } as const;
  const central =
    ofTask === undefined
      ? { ...parts, parameters: { [management]: settings } }
      : { ...parts, tasks: { [management]: { a: settings } } };
  const tasks = ['a', 'b'].map((name, at) => task(name, programs[at], 'clock', 12));
  const { oracles, tasks: results } = runCell(
    cell(24, tasks, { management, central, oracles: true, slice: 20_000 }),
  );
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  for (const { references } of results) expect(references).toBe(1500);
});

const scenario = (policy: string, central = '{}') =>
  parseSource(
    's.yaml',
    `name: s\nmachine: { frames: 40 }\ncentral: ${central}\ntasks:\n` +
      `  - { name: a, program: { kind: random, pages: 9, references: 9 }, policy: ${policy} }\n`,
  );

const outside = policyGroups.flatMap(({ name, ranges }) =>
  Object.entries(ranges).flatMap(([key, range]) => {
    const half = range.whole === true ? [range.least + 0.5] : [];
    return [range.least - 1, range.most * 2 + 1, ...half].map(
      (value) => [name, key, value, rangeText(range)] as const,
    );
  }),
);

test.each(outside)('[POL21] %s with %s = %d is refused: %s', (name, key, value, expected) => {
  const what = `tasks[0].policy.${key} is ${value}, expected ${expected}; correct it`;
  const check = (source: ReturnType<typeof scenario>) => () => checkScenario(source);
  expect(check(scenario(`{ name: ${name}, ${key}: ${value} }`))).toThrow(`s.yaml:5:`);
  expect(check(scenario(`{ name: ${name}, ${key}: ${value} }`))).toThrow(what);
  const overridden = override(scenario('clock'), { policy: `${name}:${key}=${value}` });
  expect(check(overridden)).toThrow(`--policy: ${what}`);
});

test('[POL21] a setting of a management out of its range is refused, and so is a period of nothing', () => {
  const check = (central: string) => () => checkScenario(scenario('clock', central));
  expect(check('{ parameters: { uvm: { cluster: 1.5 } } }')).toThrow(
    's.yaml:3:42: central.parameters.uvm.cluster is 1.5, expected a whole number from 0 to 4096',
  );
  expect(check('{ parameters: { linux: { period: 0 } } }')).toThrow(
    'central.parameters.linux.period is 0, expected a whole number from 1 to 1e15',
  );
  expect(check('{ tasks: { linux: { a: { max: -1 } } } }')).toThrow(
    'central.tasks.linux.a.max is -1, expected a whole number from 0 to 1e9',
  );
  expect(check('{ parameters: { multi-queue: { lifeTime: -1 } } }')).not.toThrow();
});

test('a policy with parameters as text', () => {
  expect(policyOfText('clock', 'x')).toEqual({ name: 'clock', parameters: {} });
  expect(policyOfText('./mine.ts:a=1:b=-2.5e3', 'x')).toEqual({
    name: './mine.ts',
    parameters: { a: 1, b: -2500 },
  });
  expect(() => policyOfText('clock:a=z', '--policy')).toThrow(
    "--policy: a is 'z', expected a number; correct it",
  );
});
