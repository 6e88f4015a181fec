import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LayerPlan } from '../../../servers/swap/stack/plan.ts';
import { stamped } from '../../../sim-hw/contents.ts';
import { writeBlock } from '../../../sim-hw/devices/medium.ts';
import { FIRST } from '../../support/desk.ts';
import { BLOCK_NS, contractFor, type DiskOptions } from '../../support/disk-desk.ts';
import { harmless, stacks, withAll } from '../../support/stack-draws.ts';
import {
  actOnDisk,
  createStackOnDisk,
  killDisk,
  type StackOnDisk,
  settleOnDisk,
} from '../../support/stack-on-disk.ts';
import type { Deed } from '../../support/stack-world.ts';

const scheduler = fc.constantFrom('contracts' as const, 'fcfs' as const, 'sstf' as const);

function play(
  layers: readonly LayerPlan[],
  deeds: readonly Deed[],
  options: DiskOptions,
  dies = -1,
): StackOnDisk {
  const world = createStackOnDisk(layers, options);
  contractFor(world.desk, FIRST, [10_000, 4000, 100]);
  for (const [at, deed] of deeds.entries()) {
    if (at === dies) killDisk(world);
    actOnDisk(world, deed);
  }
  settleOnDisk(world);
  return world;
}

test('[SWAP28] [SWAP11] what is stored is what is fetched, in stacks before a disk server', () => {
  fc.assert(
    fc.property(stacks(1, 3), harmless, scheduler, (layers, deeds, scheduler) => {
      play(layers, deeds, { scheduler });
    }),
    { seed: 21, numRuns: 100 },
  );
});

test('[SWAP28] [SWAP12] whatever drives and power do, nothing is lost silently', () => {
  let refused = 0;
  fc.assert(
    fc.property(stacks(1, 3), withAll, scheduler, (layers, deeds, scheduler) => {
      refused += play(layers, deeds, { scheduler }).refused;
    }),
    { seed: 22, numRuns: 100 },
  );
  expect(refused).toBeGreaterThan(50);
});

test('[DISK20] [SWAP28] [SWAP12] the disk server dies: all ends, and nothing is lost silently', () => {
  const dies = fc.integer({ min: 0, max: 60 });
  let refused = 0;
  fc.assert(
    fc.property(stacks(1, 3), harmless, dies, (layers, deeds, dies) => {
      refused += play(layers, deeds, {}, dies).refused;
    }),
    { seed: 23, numRuns: 100 },
  );
  expect(refused).toBeGreaterThan(50);
});

test('[SWAP28] the same finds a partition that begins where another ends', () => {
  const world = createStackOnDisk([{ layer: 'disk', fixed: true }]);
  actOnDisk(world, { do: 'store', id: 2, value: 5 });
  actOnDisk(world, { do: 'pass', events: 4 });
  expect(world.there[0][1]).toBe(6);
  // Another one's page, with a stamp that the layer takes for its own.
  writeBlock(world.stack.disks[0].medium, 1, stamped(7, 101));
  (world.stack.nodes[0].state as { low: Uint32Array }).low[1] = 7;
  world.swap.store.stampLow[1] = 7;
  expect(() => settleOnDisk(world)).toThrow('version 7, expected 6');
});

test('[SWAP28] [DISK8] a page is paid by whose it is, and waits for its turn', () => {
  const world = createStackOnDisk([{ layer: 'disk', fixed: true }]);
  const { desk } = world;
  contractFor(desk, FIRST + 1, [10_000, 5000]);
  for (let page = 0; page < 3; page++) {
    actOnDisk(world, { do: 'store', id: 2 * page, value: 1 });
    actOnDisk(world, { do: 'store', id: 2 * page + 1, value: 1 });
  }
  actOnDisk(world, { do: 'pass', events: 8 });
  // Four blocks have passed: the first was on its way, the three others are of who has a contract.
  const { streams } = desk.disk.queue;
  const second = streams.find(({ account }) => account === FIRST + 1);
  expect(second?.counts.sliceNs).toBe(3 * BLOCK_NS);
  expect(world.there[1].slice(0, 3)).toEqual([2, 2, 2]);
  expect(world.there[0].slice(1, 3)).toEqual([null, null]);
});
