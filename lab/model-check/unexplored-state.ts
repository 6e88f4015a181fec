/**
 * Unexplored state: what the servers and the nucleus can have and no explored world makes use of.
 * The canonical state leaves it out; so it must stay as it is at first, which is looked at in every
 * state: soft references, unused runs, wired frames, frames that several pages map, child contracts, a policy server, purses, weights,
 * starvation, callbacks, turns, clean notices; and lifetimes, named users, copies, shared pages and
 * transfers of them, but in the worlds whose plan has them.
 *
 * `wish` of a client is written at every proposal and read where a policy decides: nowhere here.
 */

import type { ContractWish } from '../../clients/pager/memory-control.ts';
import { UNUSED } from '../../nucleus/capabilities.ts';
import {
  UNUSED as NO_CONTAINER,
  type PagesState,
} from '../../servers/memory/containers/page-state.ts';
import { OWN } from '../../servers/memory/contracts/child-contract.ts';
import type { Client } from '../../servers/memory/state.ts';
import { UNMAPPED } from '../../sim-hw/frames.ts';
import type { WorldPlan } from './plan.ts';
import type { World } from './world.ts';

/** What is in use though it is not explored, or undefined. */
export function checkUnexplored(world: World): string | undefined {
  const { memory, records, pagers } = world;
  const found =
    inServer(world) ??
    inNucleus(world) ??
    (records.some(hasMore) || memory.clients.some(isStranger(world))
      ? 'a record of a client'
      : undefined) ??
    (pagers.some((pager) => pager !== null && hasPolicy(pager.owner as ContractWish))
      ? 'a decision or the advice of a policy server'
      : undefined);
  return found === undefined ? undefined : `model-check: ${found} is in use and not explored`;
}

function hasPolicy({ cap, advice }: ContractWish): boolean {
  return cap !== null || advice !== null;
}

function inServer({ memory, plan }: World): string | undefined {
  const { soft, wirings, wireTimerAt, children, policy, pages, ledger, terms, turns, batch } =
    memory;
  if (batch.size !== 1) return 'a batch of notices';
  if (soft.count > 0) return 'a soft reference';
  if (wirings.length > 0 || wireTimerAt !== Number.POSITIVE_INFINITY) return 'a wired frame';
  if (children.records.length > 0 || ledger.idleSum !== 0) return 'a child contract';
  const strange = inPages(pages, plan);
  if (strange !== undefined) return strange;
  if (policy !== null) return 'a policy server';
  if (turns !== null || terms.graceClean !== undefined) return 'a turn, or a clean notice';
  return terms.price === undefined ? undefined : 'a price';
}

function inPages(
  { containers, pages, lists, onFrame }: PagesState,
  { users, lifetimes, copies }: WorldPlan,
): string | undefined {
  const hasUser = containers.some(({ status, user }) => status !== NO_CONTAINER && user !== 0);
  if (!users && hasUser) return 'a user';
  const ends = containers.some(({ endsAt }) => endsAt !== Number.POSITIVE_INFINITY);
  if (!lifetimes && ends) return 'a lifetime';
  if (copies) return undefined;
  if (pages.some(({ cells }) => cells.length > 1)) return 'a shared page';
  if (onFrame.some((there) => there !== null && there.length > 1)) return 'a logical copy';
  return lists.some((list) => list !== null) ? 'a transfer' : undefined;
}

function inNucleus({ kernel }: World): string | undefined {
  const { deferred, capabilities, tasks, stall, reverse } = kernel.state;
  if (kernel.schedule.ranked || deferred.length > 0) return 'a CPU priority';
  if (reverse.next.some((page) => page !== UNMAPPED)) return 'a frame that several pages map';
  if (kernel.tap !== null || stall !== null) return 'a listener';
  if (tasks.some(({ callbackNs, starved }) => callbackNs > 0 || starved > 0)) return 'a callback';
  for (const { slotOrder, slots } of capabilities)
    for (let slot = 0; slot < slots; slot++)
      if ((slotOrder[slot] & UNUSED) !== 0) return 'an unused run';
  return undefined;
}

function hasMore(client: Client): boolean {
  const { unused, weight, child, children, treeSize, splitOff, wish, purse } = client;
  if (client.notice?.clean || (client.notice?.sparedUntil ?? 0) > 0) return true;
  if (client.standing !== 0) return true;
  if (unused !== 0 || weight !== 1 || child !== OWN || children.length > 0) return true;
  return treeSize !== 0 || splitOff !== 0 || wish.asking || purse !== null;
}

/** A client that is none of the world's: a server that has made a contract. */
function isStranger({ records }: World): (client: Client | null) => boolean {
  return (client) => client !== null && client.status !== 0 && !records.includes(client);
}
