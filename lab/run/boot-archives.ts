/**
 * Booting, the archive servers: whoever reads pages of its program from them lends them the memory.
 * They come after all others, so that ids are the same with and without them.
 */

import type { LenderWish } from '../../clients/lender/lender.ts';
import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { archiveStep } from '../../servers/archive/server.ts';
import { createArchiveState } from '../../servers/archive/state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { seedOf } from '../../sim-hw/random.ts';
import type { CellOptions } from './cell-options.ts';
import { MEMORY } from './layout.ts';

/** Requests that one reader can have under way: it waits for one, and may have given others up. */
const REQUESTS_EACH = 4;

/** Archive servers of a cell: where tasks have no contracts nobody lends. */
export function archivesOf({ management, archives }: CellOptions): number {
  const leased = management === 'contracts' || management === 'unlimited';
  return leased ? (archives?.length ?? 0) : 0;
}

export function addArchives(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
): void {
  const { tasks, archives = [] } = options;
  if (archivesOf(options) === 0) return;
  const model = devices[options.machine.device as keyof typeof devices];
  const readers = tasks.flatMap(({ reads }, at) => (reads ? [{ reads, at }] : []));
  for (const { name, lock, sits } of archives) {
    const id = kernel.state.tasks.length;
    const shelves = readers.map(({ at }) => {
      const { base, pages } = kernel.state.spaces[at] as SpaceState;
      return { client: clients[at], base, blocks: pages };
    });
    const device = model.create(seedOf(options.seed, `archive ${name}`));
    const state = createArchiveState(
      { id, memoryPort: 0, shelves, device, lockTime: lock, sits },
      REQUESTS_EACH * readers.length,
    );
    addTask(kernel, name, -1, { step: archiveStep(model), state });
    givePort(kernel, id, MEMORY);
  }
  const first = kernel.state.tasks.length - archives.length;
  const names = archives.map(({ name }) => name);
  for (const { reads, at } of readers) {
    const { owner } = kernel.receivers[clients[at]].state as PagerState;
    for (const [turn, name] of reads.from.entries()) {
      const number = names.indexOf(name);
      if (number < 0) continue;
      const { lending } = owner as LenderWish;
      lending.servers[turn] = givePort(kernel, clients[at], first + number);
    }
  }
}
