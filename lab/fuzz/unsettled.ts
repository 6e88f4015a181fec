/**
 * What a fuzzed run leaves open when everything is over: no transfer, lock, notice, waiting request or held
 * frame may be left. Liveness oracle of phases.ts.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import { isOver } from '../../nucleus/tasks.ts';
import type { PagerState } from '../../paging/state.ts';
import type { DiskServerState } from '../../servers/disk/server-state.ts';
import { UNUSED } from '../../servers/memory/containers/page-state.ts';
import { whoWaits } from '../../servers/memory/revocation/waiting-requests.ts';
import { CONTAINER_FREE, GONE, type MemoryServerState } from '../../servers/memory/state.ts';
import type { DiskClientState } from '../../servers/swap/disk-client.ts';
import { externalPagerStep } from '../../servers/swap/external-pager.ts';
import type { ExternalPagerState } from '../../servers/swap/external-pager-state.ts';
import type { SwapServerState } from '../../servers/swap/state.ts';
import type { World } from '../run/boot.ts';

/** The first thing found wrong: which oracle, and what. */
export interface Fault {
  readonly oracle: string;
  readonly what: string;
}

/** What is still open when everything is over, or null. */
export function unsettled(world: World, files: readonly string[]): Fault | null {
  const { kernel, memories } = world;
  const open = [...files, ...memories.flatMap((id) => openIn(world, id))];
  if (kernel.state.windowFrame.some((frame) => frame >= 0)) open.push('a DMA window is open');
  if (kernel.state.windowLists.some(({ holder }) => holder >= 0))
    open.push('a window list is open');
  if (isMoving(world)) open.push('a transfer is under way');
  if ('stack' in kernel.receivers[world.swap].state) openInStack(world, open);
  if (world.central > 0) openInPager(kernel, world.central, open);
  return open.length === 0 ? null : { oracle: 'liveness', what: open.join('; ') };
}

/** What one memory server has open still; those behind it go on holding what they hold. */
function openIn({ kernel, central, memories, swap }: World, id: number): string[] {
  const memory = kernel.receivers[id].state as MemoryServerState;
  const open: string[] = [];
  const waiting = whoWaits(memory).filter((client) => !memories.includes(client));
  if (waiting.length > 0) open.push(`tasks ${waiting.join(', ')} wait for frames`);
  let behind = 0;
  for (const client of memory.clients) {
    if (client === null || client.id === central) continue;
    const { held, noticed, status, guaranteed } = client;
    // Swap and external pagers live on as they do, with what layers keep pages in and with their reserve;
    // what was called back they have returned.
    const stays =
      memories.includes(client.id) ||
      (client.id === swap && noticed === 0) ||
      keepsReserve(kernel, client.id, held);
    if (stays) behind += guaranteed;
    else if (status !== GONE || held > 0 || noticed > 0)
      open.push(
        `task ${client.id} has status ${status}, ${held} frames, ${noticed} of them called back`,
      );
  }
  if (memory.containers.records.some(({ status }) => status !== CONTAINER_FREE))
    open.push('a container is left');
  if (memory.pages.containers.some(({ status }) => status !== UNUSED))
    open.push('a container of pages is left');
  if (memory.children.records.some(({ live }) => live)) open.push('a child contract is left');
  if (memory.soft.count > 0) open.push('a soft reference is left');
  const { guaranteedSum, idleSum } = memory.ledger;
  const left = guaranteedSum + idleSum - behind;
  if (central === 0 && left > 0) open.push(`${left} frames are guaranteed to nobody`);
  return open;
}

/** An external pager with nothing but the reserve that it never returns [LAST1]. */
function keepsReserve({ receivers }: Kernel, id: number, held: number): boolean {
  const { step, state } = receivers[id];
  return step === externalPagerStep && held <= (state as ExternalPagerState).reserve;
}

/** Nothing is in line at a layer, and of the dead no page is kept. */
function openInStack({ kernel, swap, central }: World, open: string[]): void {
  const { stack, held } = kernel.receivers[swap].state as SwapServerState;
  if (stack === null) return;
  for (const { layer, line } of stack.nodes)
    if (line.some((request) => request !== 0)) open.push(`a request is in the ${layer} layer`);
  const pages = held.findIndex((count) => count > 0);
  if (central === 0 && pages >= 0) open.push(`task ${pages} has ${held[pages]} pages on swap`);
}

/** Whether swap, or the disk server behind it, is at work still. */
function isMoving({ kernel, swap, disk }: World): boolean {
  const state = kernel.receivers[swap].state as SwapServerState | DiskClientState;
  const isSwapping =
    'operations' in state
      ? state.operations.some(({ kind }) => kind !== 0)
      : state.passages.some(({ client }) => client !== 0);
  if (disk === 0 || isOver(kernel.state.tasks[disk])) return isSwapping;
  const { queue } = kernel.receivers[disk].state as DiskServerState;
  const isBusy = queue.underWay > 0 || queue.requests.some(({ phase }) => phase !== 0);
  return isBusy || isSwapping;
}

/** A central pager must have every frame free again. */
function openInPager(kernel: Kernel, central: number, open: string[]): void {
  const { transfers, waiters, freeSlots, held } = kernel.receivers[central].state as PagerState;
  if (transfers.active > 0) open.push(`the central pager has ${transfers.active} transfers`);
  if (waiters.length > 0) open.push('a fault waits for the central pager');
  if (freeSlots !== held) open.push(`${freeSlots} of ${held} frames of the central pager are free`);
}

/** Who has not finished, and how far it came. */
export function late({ kernel, clients }: World): string {
  const open = clients.filter((id) => kernel.state.finished[id] === null);
  return open
    .map((id) => {
      const { name, status, references } = kernel.state.tasks[id];
      return `${name} has status ${status} after ${references} references`;
    })
    .join('; ');
}
