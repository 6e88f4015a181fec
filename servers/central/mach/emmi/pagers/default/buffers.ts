/**
 * Buffers: the frames of the default pager's own, wired for good [LAST1] [LAST8]. They are guaranteed by a
 * contract, in hand before anybody needs them, each in a container that stays, and none is ever returned.
 *
 *   contract -> contractIs -> allocate ... granted -> createContainer -> containerIs: ready
 */

import { NONE } from '../../../vm/pool.ts';
import type { PagerKernel } from '../../pager.ts';
import type { DefaultPagerState } from './state.ts';
import { MEMORY_PORT, pump } from './transfers.ts';

/** Longest that a swap server may lock a buffer. */
const LOCK_MAX_NS = 1_000_000_000;

export function openBuffers({ buffers }: DefaultPagerState, kernel: PagerKernel): void {
  kernel.ask(MEMORY_PORT, 'contract', { guaranteed: buffers.length });
}

/** What the memory server says. */
export function hearMemory(
  state: DefaultPagerState,
  kernel: PagerKernel,
  name: string,
  { tag = 0, slot = 0, container = 0, weak = NONE }: Readonly<Record<string, number>>,
): void {
  const { buffers } = state;
  const buffer = buffers[tag];
  if (name === 'contractIs')
    for (const place of buffers.keys()) kernel.ask(MEMORY_PORT, 'allocate', { tag: place });
  if (name === 'granted' && buffer !== undefined) {
    buffer.slot = slot;
    const what = { slot, lockMax: LOCK_MAX_NS, share: 1, tag };
    kernel.ask(MEMORY_PORT, 'createContainer', what);
  }
  if (name === 'containerIs' && buffer !== undefined) {
    buffer.container = container;
    buffer.weak = weak;
    pump(state, kernel);
  }
}
