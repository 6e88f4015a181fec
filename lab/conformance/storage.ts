/**
 * Storage: the servers of a pager that keeps its pages outside, in a world of its own: a memory server
 * that has as many frames as the pager has buffers, and swap servers on a device each.
 */

import { termsSchema } from '../../contracts/terms.ts';
import { deliverAll, reply } from '../../nucleus/ipc.ts';
import { addTask, givePort, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import type { PagerStorage } from '../../servers/central/mach/emmi/pager.ts';
import { memoryServerStep } from '../../servers/memory/server.ts';
import { createMemoryServerState } from '../../servers/memory/state.ts';
import { swapServerStep } from '../../servers/swap/server.ts';
import { createStack } from '../../servers/swap/stack/build.ts';
import { createSwapServerState } from '../../servers/swap/state.ts';
import { addExtent, createStore } from '../../servers/swap/store.ts';
import { fixedDevice } from '../run/bare-kernel.ts';

/** What a swap device takes for a page. */
const DEVICE_NS = 10_000;
const LOCK_NS = 1_000_000;
const OPERATIONS = 8;
const FREE_WORK = { compressNs: 0, decompressNs: 0, cipherNs: 0, hashNs: 0, copyNs: 0 };

export interface StorageOptions {
  /** Pages that the pager may have on each swap server; absent: as many as it has blocks. */
  readonly quota?: number;
}

/** Adds the servers and tells the pager to begin; returns the tasks of the swap servers. */
export function addStorage(
  kernel: Kernel,
  pager: number,
  { servers, blocks, buffers }: PagerStorage,
  { quota }: StorageOptions,
): number[] {
  const memory = kernel.state.tasks.length;
  const terms = termsSchema.parse({ term: 0, graceExtra: 100, graceShrink: 1000, penalty: 'none' });
  const state = createMemoryServerState(memory, buffers, terms, buffers, null);
  addTask(kernel, 'memory', -1, { step: memoryServerStep, state });
  givePort(kernel, pager, memory);
  const swaps = Array.from({ length: servers }, () =>
    addSwap(kernel, memory, pager, blocks, quota),
  );
  kernel.state.watchers.push(memory, ...swaps, pager);
  reply(kernel, NUCLEUS, pager, START, 0, 0, 0, 0, 0);
  deliverAll(kernel);
  return swaps;
}

function addSwap(
  kernel: Kernel,
  memory: number,
  pager: number,
  blocks: number,
  quota: number | undefined,
): number {
  const id = kernel.state.tasks.length;
  const device = fixedDevice(DEVICE_NS);
  const store = createStore();
  addExtent(store, pager, blocks, 0);
  // Quotas are those of a stack, be it of one disk.
  const stack =
    quota === undefined
      ? null
      : createStack([{ layer: 'disk' }], {
          ids: blocks,
          roots: OPERATIONS,
          keepsBytes: false,
          seed: 1,
          work: FREE_WORK,
          models: { fixed: device },
          device: 'fixed',
        });
  const state = createSwapServerState(
    id,
    0,
    store,
    device.create(1),
    LOCK_NS,
    OPERATIONS,
    false,
    stack,
    quota,
  );
  addTask(kernel, `swap${id}`, -1, { step: swapServerStep(device, { fixed: device }), state });
  givePort(kernel, id, memory);
  givePort(kernel, pager, id);
  return id;
}
