/** External pagers beside a policy server: what is kept for paging out is kept, whoever decides. */

import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../contracts/events.ts';
import { boot } from '../../../lab/run/boot.ts';
import { blocksBehind } from '../../../lab/run/boot-external.ts';
import { runCell, runWorld } from '../../../lab/run/cell.ts';
import type { SwapServerState } from '../../../servers/swap/state.ts';
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

test('[SWAP2] oracles find what external pagers store in the extent of the last of them', () => {
  const pager = { buffers: 4, reserve: 2, laundry: 4, perPage: 0 };
  const world = boot(
    cell(
      40,
      ['direct', 'through one', 'through two'].map((name) =>
        task(name, writing(loop(20, 4)), 'fifo', 8),
      ),
      {
        externalPagers: [
          { ...pager, name: 'last', tasks: [1], backing: -1 },
          { ...pager, name: 'first', tasks: [2], backing: 0 },
        ],
      },
    ),
  );
  runWorld(world);
  const { kernel, clients, options } = world;
  const blocks = blocksBehind(options, kernel, clients) as Uint32Array;
  const { store } = kernel.receivers[world.swap].state as SwapServerState;
  expect([...blocks.subarray(0, 20)]).toEqual(Array.from({ length: 20 }, (_, key) => key));
  const [{ base }] = store.extents.filter(({ client }) => !clients.includes(client));
  for (let key = 20; key < 60; key++) {
    expect(blocks[key]).toBe(base + key);
    // Written, and no longer the image.
    expect([store.stampHigh[blocks[key]], store.stampLow[blocks[key]] > 0]).toEqual([
      key + 1,
      true,
    ]);
  }
});
