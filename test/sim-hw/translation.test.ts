import { describe, expect, test } from 'vitest';
import { boot } from '../../lab/run/boot.ts';
import type { CellOptions } from '../../lab/run/cell-options.ts';
import { centralNames } from '../../lab/run/centrals.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { stepKernel } from '../../nucleus/scheduler.ts';
import { REFERENCED } from '../../sim-hw/page-table/format.ts';
import { pageTableFormats } from '../../sim-hw/page-table/index.ts';
import { cell, task, writing } from '../support/cells.ts';
import { pressedCell } from '../support/pressed-cell.ts';
import { randomPages } from '../support/reference-strings.ts';

/** How many walks are known; each is made, on the table as it stands, and is what is known of it. */
function checkWalks({ state, format, programs }: Kernel): number {
  const { walked } = state.mmu.tlb;
  let known = 0;
  for (const space of state.spaces)
    for (let page = 0; page < space.pages; page++) {
      const probes = walked[space.base + page + 1];
      if (probes === 0) continue;
      known++;
      const before = state.table.probes;
      const vpn = programs[space.id]?.pageNumbers[page] as number;
      const index = format.walk(state.table, space.id, vpn);
      expect([index >= 0, state.table.probes]).toEqual([true, probes]);
      expect((state.table.entries[index] as number) & REFERENCED).toBe(REFERENCED);
      state.table.probes = before;
    }
  return known;
}

/** The most that are known after any decision of a run, of so many at most. */
function knownMost(options: CellOptions): number {
  const { kernel } = boot(options);
  let most = 0;
  for (let step = 0; step < 6000 && stepKernel(kernel); step++)
    most = Math.max(most, checkWalks(kernel));
  return most;
}

const program = (seed: number) => writing(randomPages(seed, 600, 20));

describe('[PMAP1] a walk that is known finds what the table says, whatever befalls the page', () => {
  test.each(Object.keys(pageTableFormats))('%s, mappings dropped at random', (pageTable) => {
    const { machine, ...rest } = pressedCell();
    for (const tlb of ['skylake', 'r3000']) {
      const most = knownMost({ ...rest, machine: { ...machine, pageTable, tlb, drops: 2 } });
      // A chain of the inverted table is as long as others make it; the SUN 3's MMU asks no memory.
      if (pageTable === 'rt-pc' || pageTable === 'sun-3') expect(most).toBe(0);
      else expect(most).toBeGreaterThan(4);
    }
  });

  test.each(centralNames)('%s', (management) => {
    const tasks = [3, 5].map((seed) => task(`task${seed}`, program(seed), 'clock', 8));
    expect(knownMost({ ...cell(20, tasks), management })).toBeGreaterThan(4);
  });

  test('several CPUs: none is known', () => {
    const tasks = [3, 5].map((seed) => task(`task${seed}`, program(seed), 'clock', 8));
    const options = cell(20, tasks);
    expect(knownMost({ ...options, machine: { ...options.machine, cpus: 2 } })).toBe(0);
  });
});
