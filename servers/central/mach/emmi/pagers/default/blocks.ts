/**
 * Blocks: where on its swap servers the default pager has its pages. A page keeps its block as long as it has
 * one; a new one goes to the server with the most room that has not refused the page. A page that is lost
 * keeps its block too, which says so: nobody may take zeros for it.
 */

import { bindPlace, firstPlace, unbindPlace } from '../../../vm/page-index.ts';
import { NONE } from '../../../vm/pool.ts';
import type { PagerKernel } from '../../pager.ts';
import { blockOf, type DefaultPagerState, serverOf, type Transfer } from './state.ts';

/** Ports: the memory server's is 0. */
export const FIRST_SWAP_PORT = 1;

/** A block for the page on a living server other than those; its old one while that is of use; or NONE. */
export function placePage(
  state: DefaultPagerState,
  owner: number,
  page: number,
  refusedBy: number,
  kernel: PagerKernel,
): number {
  const old = blockOf(state, owner, page);
  if (old !== NONE && isOpen(state, serverOf(state, old), refusedBy)) return old;
  const server = roomiest(state, refusedBy);
  const block = server === NONE ? undefined : state.freeBlocks[server]?.pop();
  if (block === undefined) return NONE;
  if (old !== NONE) {
    unbindPlace(state.index, old);
    discardBlock(state, old, kernel);
  }
  bindPlace(state.index, block, owner, page);
  state.lost[block] = 0;
  return block;
}

/** Nobody has use for what the owner has. What is on its way keeps its block until it has come. */
export function dropBlocks(state: DefaultPagerState, owner: number, kernel: PagerKernel): void {
  const { index, transfers } = state;
  for (let block = firstPlace(index, owner); block !== NONE; block = firstPlace(index, owner)) {
    unbindPlace(index, block);
    const isMoving = transfers.some((one) => one.buffer !== NONE && one.block === block);
    if (!isMoving) discardBlock(state, block, kernel);
  }
}

/** The transfer is over, and so was its object before. */
export function dropUnbound(
  state: DefaultPagerState,
  { block }: Transfer,
  kernel: PagerKernel,
): void {
  if (block !== NONE && state.index.owner[block] === NONE) discardBlock(state, block, kernel);
}

/** What is on the server, and nowhere else, is lost. */
export function loseServer(state: DefaultPagerState, server: number): void {
  const { blocks, counts, index, lost } = state;
  for (let block = server * blocks; block < (server + 1) * blocks; block++) {
    if (index.owner[block] === NONE || lost[block] === 1) continue;
    lost[block] = 1;
    counts.lost++;
  }
}

function discardBlock(state: DefaultPagerState, block: number, kernel: PagerKernel): void {
  const server = serverOf(state, block);
  state.lost[block] = 0;
  if (state.isDead[server] === false)
    kernel.ask(FIRST_SWAP_PORT + server, 'discard', { block: block % state.blocks });
  state.freeBlocks[server]?.push(block);
}

function isOpen({ isDead }: DefaultPagerState, server: number, refusedBy: number): boolean {
  return isDead[server] === false && (refusedBy & (1 << server)) === 0;
}

function roomiest(state: DefaultPagerState, refusedBy: number): number {
  let best = NONE;
  for (const [server, free] of state.freeBlocks.entries()) {
    if (free.length === 0 || !isOpen(state, server, refusedBy)) continue;
    if (best === NONE || free.length > (state.freeBlocks[best] as number[]).length) best = server;
  }
  return best;
}
