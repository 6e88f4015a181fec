/** Watching a world: oracles and whoever subscribed are attached to its kernel. */

import type { DiskServerState } from '../../servers/disk/server-state.ts';
import type { MemoryServerState } from '../../servers/memory/state.ts';
import type { DiskClientState } from '../../servers/swap/disk-client.ts';
import type { StoreState } from '../../servers/swap/store.ts';
import { attachOracles, type Oracles, type OracleView } from '../oracles/index.ts';
import type { SwapView } from '../oracles/view.ts';
import type { World } from './boot.ts';
import { blocksBehind } from './boot-external.ts';

/** Attaches the observer and, unless they are off, the oracles; returns these, or null. */
export function watch(world: World): Oracles | null {
  const { kernel, options } = world;
  if (options.oracles) return attachOracles(viewOf(world), options.observer);
  const { observer } = options;
  if (observer !== undefined) kernel.observer = observer as (event: object) => void;
  return null;
}

/** Where pages are that are in no frame. */
function swapOf({ kernel, swap, disk, options }: World): SwapView {
  if (disk === 0 || options.swap)
    return (kernel.receivers[swap].state as { store: StoreState }).store;
  const { medium } = kernel.receivers[disk].state as DiskServerState;
  const { gone } = kernel.receivers[swap].state as DiskClientState;
  return { stampLow: medium.low, stampHigh: medium.high, gone };
}

function viewOf(world: World): OracleView {
  const { kernel, options } = world;
  const isCentral = world.central > 0;
  return {
    kernel,
    server: kernel.receivers[world.memory].state as MemoryServerState,
    above: world.memories.slice(1).map((id) => kernel.receivers[id].state as MemoryServerState),
    swap: swapOf(world),
    blocks: blocksBehind(options, kernel, world.clients),
    watched: options.tasks.map((task, space) => {
      const scratch = new Uint8Array(kernel.state.spaces[space].pages);
      // A central pager knows of no scratch, and zeroes whatever it maps first.
      const discardable = new Uint8Array(scratch.length);
      if (!isCentral) {
        for (const [from, to] of task.scratch) scratch.fill(1, from, to);
        for (const [from, to] of task.kinds.discardable) discardable.fill(1, from, to);
      }
      return {
        id: world.clients[space],
        name: task.name,
        image: task.initial === 'image',
        zeroFill: isCentral || task.zeroFill,
        scratch,
        discardable,
        stirs: false,
      };
    }),
  };
}
