/**
 * Transfers: pages between the default pager's space and swap, a wired buffer each [EMMI18] [LAST2].
 *
 *   data_return -> waits -> buffer filled -> store ---> swap server
 *   data_request -> waits ------------------> fetch ---> swap server
 *       swapped(done)      -> memory let go | data_supply; the buffer has another capability made
 *       swapped(busy, ...) -> waits again, tried after a while
 *       swapped(refused)   -> store: the next server, or lost | fetch: lost, data_error
 *       death of a server  -> store: the next server | fetch: lost, data_error
 *
 * One of a page goes after the other, in the order in which they came.
 */

import { resultOf } from '../../../../../../contracts/emmi-messages.ts';
import {
  BUSY,
  DONE,
  LOCK_LOST,
  LOCKED_NOW,
  NO_PLACE,
} from '../../../../../../contracts/refusals.ts';
import { NONE } from '../../../vm/pool.ts';
import type { PagerKernel } from '../../pager.ts';
import { dropUnbound, FIRST_SWAP_PORT, loseServer, placePage } from './blocks.ts';
import {
  type Buffer,
  blockOf,
  type DefaultPagerState,
  isOfKernel,
  serverOf,
  type Transfer,
} from './state.ts';

export const MEMORY_PORT = 0;
/** How long it waits when a server is busy, and how often before that is a refusal. */
const REST_NS = 100_000;
const TRIES_MAX = 1000;
/** What is no word about the page itself. */
const PASSING = [BUSY, LOCK_LOST, LOCKED_NOW, NO_PLACE];

/** The page's last store that has not been done, or undefined. */
export function storeOf(
  { transfers }: DefaultPagerState,
  owner: number,
  page: number,
): Transfer | undefined {
  const of = transfers.filter(
    (one) => one.kind === 'store' && one.owner === owner && one.page === page && !one.isGone,
  );
  return of.reduce<Transfer | undefined>(
    (last, one) => (last === undefined || one.sequence > last.sequence ? one : last),
    undefined,
  );
}

/** Begins a record, of which one is free. */
export function beginTransfer(
  state: DefaultPagerState,
  what: Pick<Transfer, 'kind' | 'owner' | 'page' | 'address' | 'block'>,
): void {
  const transfer = state.transfers.find(({ kind }) => kind === 'free');
  if (transfer === undefined) return;
  Object.assign(transfer, what);
  transfer.sequence = state.nextSequence++;
  transfer.buffer = NONE;
  transfer.isGone = false;
  transfer.refusedBy = 0;
  transfer.tries = 0;
}

/** Begins with as many pages as there are buffers for, in the order in which they came. */
export function pump(state: DefaultPagerState, kernel: PagerKernel): void {
  while (!state.isResting) {
    const transfer = nextInTurn(state);
    const buffer = state.buffers.findIndex(({ weak }) => weak !== NONE);
    if (transfer === undefined || buffer < 0) return;
    begin(state, kernel, transfer, buffer);
  }
}

/** A swap server has answered: only of what it was asked it is believed. */
export function hearSwapped(
  state: DefaultPagerState,
  kernel: PagerKernel,
  server: number,
  { tag = 0, reason = 0 }: Readonly<Record<string, number>>,
): void {
  const transfer = state.transfers[tag];
  if (transfer === undefined || transfer.buffer === NONE) return;
  if (serverOf(state, transfer.block) !== server) return;
  const buffer = state.buffers[transfer.buffer] as Buffer;
  const isStore = transfer.kind === 'store';
  if (reason === DONE && isStore) {
    state.lost[transfer.block] = 0;
    state.counts.stored++;
    end(state, kernel, transfer);
  } else if (reason === DONE) {
    const control = state.controls[transfer.owner] as number;
    const contents = kernel.load(buffer.slot);
    if (contents === undefined) restBefore(state, kernel, transfer);
    else {
      if (!transfer.isGone) kernel.supply(control, transfer.page, [contents]);
      state.counts.fetched++;
      end(state, kernel, transfer);
    }
  } else if (PASSING.includes(reason) && ++transfer.tries < TRIES_MAX && !transfer.isGone)
    restBefore(state, kernel, transfer);
  else refused(state, kernel, transfer);
  renewWeak(state, kernel, buffer);
  pump(state, kernel);
}

/** A swap server is dead, with what it had. What was to be stored there is stored elsewhere. */
export function hearDeath(state: DefaultPagerState, kernel: PagerKernel, server: number): void {
  const isThere = ({ kind, block }: Transfer) =>
    kind !== 'free' && block !== NONE && serverOf(state, block) === server;
  const hit = state.transfers.filter(isThere);
  state.isDead[server] = true;
  for (const transfer of hit) {
    const buffer = state.buffers[transfer.buffer];
    refused(state, kernel, transfer);
    if (buffer !== undefined) renewWeak(state, kernel, buffer);
  }
  loseServer(state, server);
  pump(state, kernel);
}

/** What of the owner is on its way is for nobody; what is not yet is over. */
export function abandonTransfers(
  state: DefaultPagerState,
  kernel: PagerKernel,
  owner: number,
): void {
  for (const transfer of state.transfers) {
    if (transfer.kind === 'free' || transfer.owner !== owner) continue;
    // What a task has had stored is there when its object is mapped again.
    if (transfer.kind === 'store' && !isOfKernel(owner)) continue;
    transfer.isGone = true;
    if (transfer.buffer === NONE) end(state, kernel, transfer);
  }
}

function nextInTurn({ transfers }: DefaultPagerState): Transfer | undefined {
  let next: Transfer | undefined;
  for (const one of transfers) {
    if (one.kind === 'free' || one.buffer !== NONE) continue;
    if (next !== undefined && next.sequence < one.sequence) continue;
    const isBehind = transfers.some(
      ({ kind, buffer, owner, page }) =>
        kind !== 'free' && buffer !== NONE && owner === one.owner && page === one.page,
    );
    if (!isBehind) next = one;
  }
  return next;
}

function begin(
  state: DefaultPagerState,
  kernel: PagerKernel,
  transfer: Transfer,
  place: number,
): void {
  const buffer = state.buffers[place] as Buffer;
  const { kind, owner, page, address } = transfer;
  // It may have moved since: an earlier store of the page was refused there.
  const block = blockOf(state, owner, page);
  transfer.block = block;
  if (kind === 'store') {
    const contents = kernel.read(address);
    if (contents === undefined) return refused(state, kernel, transfer);
    if (!kernel.fill(buffer.slot, contents)) return restBefore(state, kernel, transfer);
  } else if (state.lost[block] === 1) return refused(state, kernel, transfer);
  transfer.buffer = place;
  const tag = state.transfers.indexOf(transfer);
  const port = FIRST_SWAP_PORT + serverOf(state, block);
  const what = { block: block % state.blocks, tag };
  if (kernel.ask(port, kind, what, buffer.weak)) buffer.weak = NONE;
  else if (++transfer.tries < TRIES_MAX) restBefore(state, kernel, transfer);
  else refused(state, kernel, transfer);
}

/** It waits for its turn again, and nothing begins for a while. */
function restBefore(state: DefaultPagerState, kernel: PagerKernel, transfer: Transfer): void {
  transfer.buffer = NONE;
  state.counts.again++;
  if (state.isResting) return;
  state.isResting = true;
  kernel.alarm(REST_NS, 0);
}

/** The server does not do it: a page to be stored is tried with another one, and is lost by the last. */
function refused(state: DefaultPagerState, kernel: PagerKernel, transfer: Transfer): void {
  const { kind, owner, page, block } = transfer;
  state.counts.refused++;
  transfer.buffer = NONE;
  if (transfer.isGone) return end(state, kernel, transfer);
  if (kind === 'store') {
    transfer.refusedBy |= 1 << serverOf(state, block);
    transfer.tries = 0;
    const other = placePage(state, owner, page, transfer.refusedBy, kernel);
    if (other !== NONE) {
      transfer.block = other;
      return;
    }
  }
  if (state.lost[block] === 0) state.counts.lost++;
  state.lost[block] = 1;
  if (kind === 'fetch') sayLost(state, kernel, owner, page);
  end(state, kernel, transfer);
}

/** Whoever waits for the page is told. */
export function sayLost(
  { controls }: DefaultPagerState,
  kernel: PagerKernel,
  owner: number,
  page: number,
): void {
  const control = controls[owner] as number;
  const result = resultOf('MEMORY_ERROR');
  kernel.send('memoryObjectDataError', { control, offset: page, length: 1, result });
}

function end(state: DefaultPagerState, kernel: PagerKernel, transfer: Transfer): void {
  if (transfer.kind === 'store') kernel.free(transfer.address, 1);
  transfer.kind = 'free';
  transfer.buffer = NONE;
  dropUnbound(state, transfer, kernel);
}

/** The capability went along with the page: the container has another one made. */
function renewWeak(state: DefaultPagerState, kernel: PagerKernel, buffer: Buffer): void {
  const tag = state.buffers.indexOf(buffer);
  if (buffer.weak === NONE)
    kernel.ask(MEMORY_PORT, 'shareContainer', { container: buffer.container, tag });
}
