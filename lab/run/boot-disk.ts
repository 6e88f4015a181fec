/**
 * Booting, the disk server: one device for swap and for whoever reads files. It comes after all
 * others, so that ids are the same with and without it; the swap server stands before it.
 */

import type { DiskContractWish } from '../../clients/disk/disk-contract.ts';
import type { ReaderWish } from '../../clients/reader/reader.ts';
import { addTask, givePort, type Kernel } from '../../nucleus/kernel.ts';
import type { PagerState } from '../../paging/state.ts';
import { schedulers } from '../../servers/disk/schedulers/index.ts';
import { diskServerStep } from '../../servers/disk/server.ts';
import {
  addPartition,
  createDiskServerState,
  type DiskServerState,
} from '../../servers/disk/server-state.ts';
import type { FileServerState } from '../../servers/file/state.ts';
import { addDiskExtent, type DiskClientState } from '../../servers/swap/disk-client.ts';
import type { StackState } from '../../servers/swap/stack/stack.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { devices } from '../../sim-hw/devices/index.ts';
import { createMedium, type MediumFaults } from '../../sim-hw/devices/medium.ts';
import { seedOf } from '../../sim-hw/random.ts';
import { areServed } from './boot-swap.ts';
import type { CellOptions } from './cell-options.ts';
import { CENTRAL, CENTRAL_TRANSFERS, CLIENT_TRANSFERS, lockMax, MEMORY, SWAP } from './layout.ts';
import { diesThen, mortal } from './mortal.ts';

/** Servers that a disk server adds. */
export function disksOf({ disk }: CellOptions): number {
  return disk ? 1 : 0;
}

/** Whether a task has threads that speak for it: nobody reads files under a central pager. */
function speaks({ management }: CellOptions): boolean {
  return management === 'contracts' || management === 'unlimited';
}

/** Adds the disk server, and tells everybody who has to do with it where it is; returns its id. */
export function addDisk(
  options: CellOptions,
  kernel: Kernel,
  clients: readonly number[],
  pagers: readonly PagerState[],
  files: readonly number[],
): number {
  const { disk, tasks, machine, seed } = options;
  if (!disk) return 0;
  const model = devices[machine.device as keyof typeof devices];
  const id = kernel.state.tasks.length;
  const swapBlocks = placeSwap(options, kernel);
  const drives = files.map((file) => (kernel.receivers[file].state as FileServerState).drive);
  const fileBlocks =
    tasks.reduce((sum, { streams }) => sum + (streams?.blocks ?? 0), 0) +
    drives.reduce((sum, { medium }) => sum + medium.blocks, 0);
  if (swapBlocks + fileBlocks > model.blocks)
    throw new RangeError(
      `machine.device: ${machine.device} has ${model.blocks} blocks, but swap and files take ` +
        `${swapBlocks + fileBlocks}; make them smaller`,
    );
  const state = createDiskServerState({
    id,
    memoryPort: 0,
    device: model.create(seedOf(seed, 'device')),
    medium: createMedium(swapBlocks + fileBlocks, seedOf(seed, 'medium')),
    lockTime: Math.min(lockMax(options), ...tasks.map(({ streams }) => streams?.lockMax ?? 1e18)),
    depth: disk.depth,
    each: CENTRAL_TRANSFERS + CLIENT_TRANSFERS,
    admits: disk.admit,
    keepsBytes: machine.fidelity === 'bytes',
  });
  const code = { model, scheduler: schedulers[disk.scheduler] };
  addTask(kernel, 'disk', -1, { step: mortal(diskServerStep(code)), state });
  givePort(kernel, id, MEMORY);
  kernel.state.watchers.push(id);
  addPartition(state, SWAP, swapBlocks);
  const swap = kernel.receivers[SWAP].state as DiskClientState | SwapServerState;
  const swapPort = givePort(kernel, SWAP, id);
  if ('partition' in swap) swap.partition.port = swapPort;
  else swap.diskPort = swapPort;
  for (const [at, drive] of drives.entries()) {
    addPartition(state, files[at], drive.medium.blocks);
    drive.port = givePort(kernel, files[at], id);
  }
  Object.assign(state.medium.faults, disk.faults satisfies Partial<MediumFaults> | undefined);
  if (disk.diesAt) diesThen(kernel, id, disk.diesAt);
  if (!speaks(options)) return id;
  for (const [at, task] of tasks.entries()) {
    if (!task.disk && !task.streams) continue;
    const port = givePort(kernel, clients[at], id);
    const { owner } = pagers[at];
    if (task.disk) (owner as DiskContractWish).disk.port = port;
    if (!task.streams) continue;
    (owner as ReaderWish).reading.port = port;
    const base = addPartition(state, clients[at], task.streams.blocks);
    // A file of zeros: what nobody ever wrote would be junk.
    state.medium.high.fill(0, base, base + task.streams.blocks);
  }
  return id;
}

/** Where the disks of a stack are in swap's partition; returns how many blocks that has. */
function placeSwap({ swap }: CellOptions, kernel: Kernel): number {
  if (!swap) return kernel.state.spaces.reduce((sum, { pages }) => sum + pages, 0);
  const { disks } = (kernel.receivers[SWAP].state as SwapServerState).stack as StackState;
  let blocks = 0;
  for (const [at, isServed] of areServed(swap.layers).entries()) {
    if (!isServed) continue;
    disks[at].base = blocks;
    blocks += disks[at].medium.blocks;
  }
  return blocks;
}

/**
 * Every page has a block; a program's image is there from the start. `central`: who asks for all
 * pages, or null: each task for its own.
 */
export function giveDiskExtents(
  options: CellOptions,
  kernel: Kernel,
  central: number | null,
): void {
  const swap = kernel.receivers[SWAP].state as DiskClientState;
  const { medium } = kernel.receivers[kernel.state.tasks.length - 1].state as DiskServerState;
  for (const [at, task] of options.tasks.entries()) {
    const space = kernel.state.spaces[at] as SpaceState;
    const from = addDiskExtent(swap, central ?? CENTRAL + at, space.pages);
    if (task.initial !== 'image') continue;
    for (let page = 0; page < space.pages; page++) {
      medium.low[from + page] = 0;
      medium.high[from + page] = space.base + page + 1;
    }
  }
}
