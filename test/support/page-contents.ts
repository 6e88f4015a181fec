/**
 * Page contents: what every page of every task holds when its program is over, wherever it is. For
 * comparing runs that may differ in when and where, and not in what. A version counts the times that
 * a page was written after it was last made clean, and so tells of timing; whether what is there is
 * the last that the program wrote does not.
 */

import { OP } from '../../contracts/messages.ts';
import type { World } from '../../lab/run/boot.ts';
import { DEATH, NUCLEUS, type Receiver } from '../../nucleus/kernel.ts';
import { newest as newestMessage } from '../../nucleus/messages.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';

/** By task and page: never written, as last written, or something older. */
export type Contents = (readonly ('unwritten' | 'last' | 'older')[] | null)[];

/** From now on notes each task's pages when it ends, before anything is freed; and all messages. */
export function watchEnds(world: World): { contents: Contents; messages: Map<string, number> } {
  const { kernel, clients } = world;
  const contents: Contents = clients.map(() => null);
  const messages = new Map<string, number>();
  const names = new Map(Object.entries(OP).map(([name, op]) => [op as number, name]));
  kernel.tap = () => {
    const { op, from, to, w0 } = newestMessage(kernel.state.queue);
    const key = `${from > 0 ? kernel.state.tasks[from]?.name : ''} ${names.get(op) ?? op}`;
    messages.set(key, (messages.get(key) ?? 0) + 1);
    const at = clients.indexOf(w0);
    if (op !== DEATH || from !== NUCLEUS || to !== world.memory || at < 0) return;
    contents[at] ??= contentsOf(world, at);
  };
  return { contents, messages };
}

function contentsOf({ kernel, swap }: World, at: number): ('unwritten' | 'last' | 'older')[] {
  const { base, pages, versions } = kernel.state.spaces[at] as SpaceState;
  const { frames } = kernel.state;
  const { state } = kernel.receivers[swap] as Receiver;
  const { store } = state as { store: { stampLow: Uint32Array; stampHigh: Uint32Array } };
  const newest = new Array<number>(pages).fill(-1);
  for (const { stampLow, stampHigh } of [frames, store])
    for (const [i, high] of stampHigh.entries()) {
      const page = high - 1 - base;
      if (page >= 0 && page < pages) newest[page] = Math.max(newest[page], stampLow[i]);
    }
  return newest.map((version, page) => {
    if (versions[page] === 0) return 'unwritten';
    return version === versions[page] ? 'last' : 'older';
  });
}
