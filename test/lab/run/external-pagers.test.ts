/** External pagers beside a policy server: what is kept for paging out is kept, whoever decides. */

import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../contracts/events.ts';
import { runCell } from '../../../lab/run/cell.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { loop } from '../../support/reference-strings.ts';

const nobody = { user: -1, weight: 1, priority: 0 };

test('[LAST1] [PS16] a policy server leaves an external pager its reserve, however much is asked for', () => {
  const events: ContractEvent[] = [];
  const tasks = ['one', 'two'].map((name) => task(name, writing(loop(40, 6)), 'clock', 40));
  const { oracles, tasks: results } = runCell(
    cell(48, tasks, {
      oracles: true,
      terms: { term: 0, graceExtra: 200_000, graceShrink: 1_000_000, penalty: 'repossess' },
      policyServer: {
        start: 100_000,
        replaceAt: 2_000_000,
        diesAt: null,
        period: 200_000,
        tasks: [nobody, { ...nobody, priority: 9 }],
        users: [],
        successor: { users: [] },
      },
      externalPagers: [
        {
          name: 'files',
          buffers: 8,
          reserve: 6,
          laundry: 8,
          perPage: 0,
          tasks: [0, 1],
          backing: -1,
        },
      ],
      observer: (event) => events.push(event),
    }),
  );
  expect(oracles.flatMap(({ violations }) => violations)).toEqual([]);
  expect(results.map(({ references }) => references)).toEqual([240, 240]);
  const own = events.filter(({ task: who }) => who === 'files');
  expect(own.filter(({ kind }) => kind === 'shrink')).toEqual([]);
  const agreed = own.filter(({ kind }) => kind === 'contract');
  expect(agreed.length).toBeGreaterThan(0);
  for (const event of agreed) expect(event).toMatchObject({ guaranteed: 6 });
});
