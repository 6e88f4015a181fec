import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkScenario, InputError, parseSource } from '../../../lab/scenario/index.ts';
import { leasehold, temporaryFolder } from '../../bin/support.ts';

const kinds = 'discardable: [[0, 0.5]]';
const costs = `${kinds}\n    regenerateNs: 70\n    flushPages: 3`;
const good = `name: small
machine: { frames: 4096 }
terms: { wiredMax: 0.5, wiredTimeMax: { us: 7 } }
tasks:
  - name: a
    program: { kind: loop, pages: 9, rounds: 2 }
    ${kinds}
    regenerateNs: 70
    flushPages: 3
    priorities: [{ pages: [0, 2], priority: -64 }]
    wired: [{ pages: [4, 6] }]
`;

function errorOf(text: string): string {
  try {
    checkScenario(parseSource('x.yaml', text));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return 'no error';
}

test('kinds of pages and terms of wiring are read; without them there are none', () => {
  const { tasks, terms } = checkScenario(parseSource('x.yaml', good));
  expect(tasks[0]?.kinds).toEqual({
    discardable: [[0, 0.5]],
    regenerateNs: 70,
    flushPages: 3,
    priorities: [{ pages: { pages: [0, 2] }, priority: -64 }],
    wired: [{ pages: [4, 6] }],
    softReferences: false,
    marksUnused: false,
    heeds: false,
    superpages: null,
  });
  expect(terms).toMatchObject({ wiredMax: 0.5, wiredTimeMax: 7000 });
  const plain = 'name: a\nmachine: { frames: 64 }\ntasks: [{ name: a, trace: x }]\n';
  const { tasks: none, terms: without } = checkScenario(parseSource('x.yaml', plain));
  expect(none[0]?.kinds.discardable).toEqual([]);
  expect('wiredMax' in without).toBe(false);
});

test.each<[string, from: string, to: string, expected: RegExp]>([
  ['a priority', '-64', '-65', /x.yaml:10:\d+: .*priority is -65, expected at least -64/],
  ['a share to wire', '0.5, wired', '1.5, wired', /wiredMax is 1.5, expected at most 1/],
  ['a unit', 'us: 7', 'references: 7', /wiredTimeMax is in references, .*clock of terms is ns/],
  ['a range of priorities', '[0, 2]', '[2, 2]', /priorities\[0\].pages runs from 2 to 2/],
  ['a range to wire', '[4, 6]', '[6, 4]', /wired\[0\] runs from 6 to 4/],
  [
    'marks of nothing',
    costs,
    'marksUnused: true',
    /marksUnused is given, expected discardable pages/,
  ],
  ['a cost of nothing', kinds, 'scratch: []', /regenerateNs is given, expected discardable pages/],
])('%s that cannot be is refused with its place', (_, from, to, expected) => {
  expect(errorOf(good.replace(from, to))).toMatch(expected);
});

test('what only the program tells is refused when it is there', async () => {
  const { folder, remove } = temporaryFolder();
  const errorWith = async (from: string, to: string): Promise<string> => {
    writeFileSync(join(folder, 'x.yaml'), good.replace(from, to));
    const { code, err } = await leasehold(folder, 'compare', 'x.yaml', '--quiet');
    expect(code).toBe(2);
    return err;
  };
  const both = `${kinds}\n    scratch: [{ pages: [3, 8] }]`;
  expect(await errorWith(kinds, both)).toMatch(/discardable\[0\] has pages that are scratch too/);
  expect(await errorWith('[4, 6]', '[4, 60]')).toMatch(/x.yaml:11:.*wired\[0\] ends at page 60/);
  const large = `${kinds}\n    pageSize: 2097152`;
  expect(await errorWith(kinds, large)).toMatch(
    /discardable is in pages of 4096 bytes, expected none/,
  );
  remove();
});
