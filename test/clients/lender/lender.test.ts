import { expect, test } from 'vitest';
import { boot, type World } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import type { ArchivePlan } from '../../../lab/run/server-plans.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import type { MemoryServerState, PlantedBug } from '../../../servers/memory/state.ts';
import type { SpaceState } from '../../../sim-hw/address-space.ts';
import { LENT } from '../../../sim-hw/page-table/format.ts';
import { cell, task, writing } from '../../support/cells.ts';
import { toReferenceString } from '../../support/reference-strings.ts';

const LOCK_NS = 1e6;
const honest: ArchivePlan = { name: 'archive', lock: LOCK_NS, sits: false };
const sitter: ArchivePlan = { name: 'sitter', lock: LOCK_NS, sits: true };

/** Pages 0 to 11 are read in parts of 4; the other 8 are its pager's. */
const rounds = Array.from({ length: 60 }, (_, at) => at % 20);

interface Wishes {
  readonly archives?: readonly ArchivePlan[];
  readonly writes?: boolean;
  readonly hostile?: 'snatcher';
  readonly killAt?: number;
  readonly lockMax?: number;
  readonly planted?: PlantedBug;
}

function options(wishes: Wishes = {}): CellOptions {
  const { archives = [honest], writes = false, lockMax = LOCK_NS, planted } = wishes;
  const program = writes ? writing(rounds) : toReferenceString(rounds, { collapse: false });
  const from = archives.map(({ name }) => name);
  const reader = task('reader', program, 'fifo', 12, {
    initial: 'zero',
    reads: { pages: [0, 12], from, window: 4, lockMax },
    hostile: wishes.hostile ?? null,
    killAt: wishes.killAt ?? null,
  });
  const other = task('other', program, 'fifo', 10, { initial: 'zero' });
  const oracles = true;
  return cell(32, [reader, other], { archives, oracles, ...(planted && { planted }) });
}

function run(wishes?: Wishes) {
  const { tasks, oracles } = runCell(options(wishes));
  return {
    reader: tasks[0],
    other: tasks[1],
    found: oracles.flatMap(({ violations }) => violations),
  };
}

test('[CONT41] each part of the pages is read once a round, the rest is mapped', () => {
  const { reader, found } = run();
  // 3 parts a round, 4 pages each; 8 pages of the pager's own fit into 12 - 4 frames.
  expect(reader).toMatchObject({ references: 60, hardFaults: 9, softFaults: 27 + 8 });
  expect(reader?.framesMax).toBe(12);
  expect(found).toEqual([]);
});

test('[CONT41] what it writes there it may, and needs no fault more for it', () => {
  const { reader, found } = run({ writes: true });
  expect(reader).toMatchObject({ hardFaults: 9, softFaults: 27 + 8 });
  expect(found).toEqual([]);
});

/** Every page that is lent to the reader now, and the page whose contents it shows. */
function lent({ kernel }: World): [page: number, shown: number][] {
  const { spaces, table, frames } = kernel.state;
  const space = spaces[0] as SpaceState;
  return Array.from({ length: 12 }, (_, page) => page).flatMap((page) => {
    const number = kernel.programs[0]?.pageNumbers[page] as number;
    const index = kernel.format.find(table, space.id, number);
    const entry = index < 0 ? 0 : (table.entries[index] as number);
    if ((entry & LENT) === 0) return [];
    return [[page, (frames.stampHigh[entry >>> 8] as number) - 1 - space.base]];
  });
}

test('[CONT41] each page shows what was read for it', () => {
  const world = boot(options());
  const seen = new Set<number>();
  while (stepKernel(world.kernel))
    for (const [page, shown] of lent(world)) {
      seen.add(page);
      expect(shown).toBe(page);
    }
  expect(seen.size).toBe(12);
});

test('[CONT41] a server that sits costs one lock, and the next one is asked', () => {
  const alone = run().reader;
  const { reader, other, found } = run({ archives: [sitter, honest] });
  expect(reader).toMatchObject({ references: 60, hardFaults: 9, softFaults: 27 + 8 });
  const later = (reader?.virtualNs as number) - (alone?.virtualNs as number);
  expect(later).toBeGreaterThan(LOCK_NS);
  expect(later).toBeLessThan(1.5 * LOCK_NS);
  expect(other?.faults).toBe(run().other?.faults);
  expect(found).toEqual([]);
});

test('[CONT41] without a limit of locks it waits until it is killed', () => {
  const wishes = { archives: [sitter, honest], killAt: 50 * LOCK_NS };
  expect(run(wishes).reader?.references).toBe(60);
  const { reader } = run({ ...wishes, planted: 'lock-without-end' });
  expect(reader).toMatchObject({ references: 0, virtualNs: 50 * LOCK_NS });
});

test('[CONT41] servers that refuse are asked again later, and no more often', () => {
  const archives = [{ ...honest, lock: 2 * LOCK_NS }];
  const { reader, found } = run({ archives, killAt: 20 * LOCK_NS });
  expect(reader?.references).toBe(0);
  expect(reader?.messages).toBeLessThan(100);
  expect(found).toEqual([]);
});

test('[CONT20] [CONT23] a snatcher gets nothing from under a device, and its memory at its end', () => {
  const { reader, other, found } = run({ hostile: 'snatcher' });
  expect(found).toEqual([]);
  expect(reader?.hardFaults).toBe(9);
  expect(other?.faults).toBe(run().other?.faults);
  const world = boot(options({ hostile: 'snatcher' }));
  while (stepKernel(world.kernel));
  const memory = world.kernel.receivers[world.memory] as { state: object };
  const { ledger, pages } = memory.state as MemoryServerState;
  expect([ledger.heldSum, ledger.guaranteedSum]).toEqual([0, 0]);
  expect(pages.containers.every(({ cells }) => cells.length === 0)).toBe(true);
});

test('[CONT23] with windows that outlive locks the oracle sees the device', () => {
  const { found } = run({ hostile: 'snatcher', planted: 'window-outlives-lock' });
  expect(found[0]).toMatch(/^\[CONT23\] task reader .* no lock holds open$/);
});
