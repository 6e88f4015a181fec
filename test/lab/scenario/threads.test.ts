import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createInlinePool } from '../../../lab/compare/index.ts';
import {
  checkScenario,
  InputError,
  loadScenario,
  parseSource,
} from '../../../lab/scenario/index.ts';
import { overAllPages } from '../../../lab/scenario/threads.ts';
import { kindOfRun, lengthOfRun, pageOfRun } from '../../../sim-hw/references.ts';
import { randomPages, toReferenceString } from '../../support/reference-strings.ts';

const LOOP = 'program: { kind: loop, pages: 9, rounds: 90, write: 1 }';
const RUN = 'managements: [contracts, mach]\nbounds: [unlimited]\n';
const TASK = 'contract: { guaranteed: 8 }';
const GARBAGE = 'program: { kind: collector, pages: 20, collections: 2, nursery: 8 }';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(
  task: string,
  run = RUN,
  machine = '{ frames: 64, cpus: 2 }',
  thread = LOOP,
  first = LOOP,
) {
  const text = `name: s\nmachine: ${machine}\n${run}tasks:
  - { name: a, ${first}, threads: [{ ${thread} }], ${task} }
`;
  return checkScenario(parseSource('x.yaml', text));
}

test('a task has one thread unless the scenario says otherwise; on one CPU too it may have more', () => {
  const [a] = check(TASK).tasks;
  expect(a?.threads).toMatchObject([{ program: { kind: 'loop' }, trace: null, limit: null }]);
  expect(check(TASK, RUN, '{ frames: 64 }').tasks[0]?.threads).toHaveLength(1);
});

test.each<[string, RegExp, ...Parameters<typeof check>]>([
  ['no program', /neither trace nor program/, TASK, RUN, undefined, 'limit: 4'],
  ['two programs', /both trace and program/, TASK, RUN, undefined, `trace: x, ${LOOP}`],
  ['a policy that sees references', /policy lru/, `${TASK}, policy: lru`],
  ['one that begins again', /atEnd is restart/, `${TASK}, atEnd: restart`],
  ['one that is hostile', /hostile is deaf/, `${TASK}, hostile: deaf`],
  ['large pages', /pageSize is 2097152/, `${TASK}, pageSize: 2097152`],
  ['no guarantee by name', /guaranteed is not named/, 'policy: clock'],
  ['superpages', /superpages is there/, `${TASK}, superpages: {}`],
  ['operations', /operation is there/, `${TASK}, operation: 9`],
  ['one that says what is garbage', /collector says/, TASK, RUN, undefined, LOOP, GARBAGE],
  ['a thread that says so', /collector says what is garbage/, TASK, RUN, undefined, GARBAGE],
  [
    'references as a clock',
    /clock is references/,
    TASK,
    `${RUN}clock: references\n`,
    '{ frames: 64 }',
  ],
  ['lockstep', /schedule is lockstep/, TASK, `${RUN}schedule: lockstep\n`, '{ frames: 64 }'],
  ['ticks', /tick/, TASK, RUN, '{ frames: 64, cpus: 2, tlbConsistency: tick }'],
  ['an optimum', /bounds has optimal/, TASK, 'managements: [mach]\n'],
  ['a central oracle', /has global-lru/, TASK, 'managements: [global-lru]\nbounds: []\n'],
])('%s is refused with its place', (_, expected, ...asked) => {
  expect(() => check(...asked)).toThrow(InputError);
  expect(() => check(...asked)).toThrow(expected);
});

test.each([
  ['none', 1, null],
  ['hardware', 1, null],
  ['oracle', 1, /threads.yaml:3:.* several threads, and policy mine sees references one by one/],
  ['future', 1, /policy mine sees references one by one/],
  ['oracle', 0, null],
] as const)(
  'a policy from a file, of sight %s, and %i more threads',
  async (sight, threads, refused) => {
    const methods = ['create', 'admitted', 'removed', 'victim', 'referencesSeen'];
    const policy = `export default { name: 'mine', sight: '${sight}', ${methods.map((one) => `${one}() {}`)} };`;
    // A module is loaded once: a file for each.
    writeFileSync(join(folder, `${sight}.mjs`), policy);
    const file = join(folder, 'threads.yaml');
    const others = threads > 0 ? `threads: [{ ${LOOP} }], ` : '';
    const text = `name: s\nmachine: { frames: 64, cpus: 2 }\ntasks: [{ name: a, ${LOOP}, ${others}${TASK}, policy: ./${sight}.mjs }]`;
    writeFileSync(file, `${text}\n${RUN}`);
    const loading = loadScenario(file, {}, createInlinePool());
    if (refused === null) expect((await loading).tasks[0]?.threads).toHaveLength(threads);
    else {
      await expect(loading).rejects.toThrow(InputError);
      await expect(loading).rejects.toThrow(refused);
    }
  },
);

test('[CPU10] threads name a page alike, whichever pages each touches', () => {
  const walks = fc.array(fc.tuple(fc.nat(999), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(walks, (drawn) => {
      const programs = drawn.map(([seed, pages]) =>
        toReferenceString(randomPages(seed, 30, pages), { collapse: true }),
      );
      const joined = overAllPages(programs);
      const all = new Set(programs.flatMap(({ pageNumbers }) => [...pageNumbers]));
      for (const [at, { runs, pageNumbers, references }] of joined.entries()) {
        const before = programs[at] as (typeof programs)[number];
        expect([...pageNumbers].toSorted()).toEqual([...all].toSorted());
        expect(references).toBe(before.references);
        for (const [index, run] of runs.entries()) {
          const was = before.runs[index] as number;
          expect(pageNumbers[pageOfRun(run)]).toBe(before.pageNumbers[pageOfRun(was)]);
          expect([kindOfRun(run), lengthOfRun(run)]).toEqual([kindOfRun(was), lengthOfRun(was)]);
        }
      }
      expect([...(joined[0]?.runs ?? [])]).toEqual([...(programs[0]?.runs ?? [])]);
    }),
    { numRuns: 100, seed: 34 },
  );
});
