/**
 * Books: what the six oracles do not look at, looked at again and again while stirrers are at work.
 *
 *   - the sums of child contracts, the order of victims, who waits              [CON11, CON14, REV8]
 *   - soft references cover free frames that were their owner's                      [SOFT1, SOFT3]
 *   - what is borrowed is borrowed by who may borrow and can pay                      [CON27, PS8]
 *   - a weak capability adds and takes no pages                                             [CONT16]
 *   - what is charged is what was held                                                     [CON26]
 *   - containers of pages: container-books.ts
 *
 * They read, and write nothing but what they remember.
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { opName } from '../../contracts/message-fields.ts';
import { OP } from '../../contracts/messages.ts';
import { type CapabilityTable, orderAt, PAGES } from '../../nucleus/capabilities.ts';
import { termNow } from '../../nucleus/clock.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { newest } from '../../nucleus/messages.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { checkEnds } from '../../servers/memory/containers/page-ends.ts';
import { checkChildren } from '../../servers/memory/contracts/child-check.ts';
import { mayBorrow } from '../../servers/memory/contracts/policy.ts';
import { leftIn } from '../../servers/memory/contracts/purse.ts';
import { PRICE_LEAST } from '../../servers/memory/contracts/rent.ts';
import { softFrameAt } from '../../servers/memory/revocation/soft-runs.ts';
import { checkVictims } from '../../servers/memory/revocation/victims.ts';
import { whoWaits } from '../../servers/memory/revocation/waiting-requests.ts';
import type { Client, MemoryServerState } from '../../servers/memory/state.ts';
import { poolOf } from '../../servers/memory/upstream/upstream.ts';
import { allowance } from '../oracles/view.ts';
import type { World } from '../run/boot.ts';
import {
  type ContainerBooks,
  checkContainers,
  createContainerBooks,
  first,
} from './container-books.ts';
import type { StirrerState } from './stirrer.ts';

export interface Books {
  readonly kernel: Kernel;
  /** The server that stirrers deal with first; those above it after it. */
  readonly servers: readonly MemoryServerState[];
  readonly stirrers: readonly StirrerState[];
  /** By server. */
  readonly containers: readonly ContainerBooks[];
  /** Found between two looks. */
  found: string | null;
}

/** Opens the books of a booted and watched world. */
export function openBooks(world: World, stirrers: readonly StirrerState[]): Books {
  const { kernel } = world;
  const servers = world.memories.map((id) => kernel.receivers[id].state as MemoryServerState);
  // What readers lend holds what their programs were.
  const readers = world.clients.filter((_, at) => world.options.tasks[at].reads);
  const ids = [...readers, ...stirrers.map(({ id }) => id)];
  const containers = servers.map(() => createContainerBooks(ids));
  const books: Books = { kernel, servers, stirrers, containers, found: null };
  const { observer } = kernel;
  kernel.observer = (event) => {
    observer?.(event);
    const { kind, task } = event as ContractEvent;
    if (kind === 'grant' || kind === 'charge') books.found ??= checkBorrowed(books, task);
  };
  const { tap } = kernel;
  kernel.tap = () => {
    tap?.(kernel);
    books.found ??= checkDone(books);
  };
  return books;
}

/** Of a container's own pages only its owner's capability disposes, in whose hands ever. */
function checkDone({ kernel, servers }: Books): string | null {
  const { op, from, to, w0, w1 } = newest(kernel.state.queue);
  if (op !== OP.pagesDone || !servers.some(({ id }) => id === from) || w1 === OP.transferPages)
    return null;
  if (kernel.state.capabilities[to].kind[w0] === PAGES) return null;
  return `[CONT16] task ${to} was served ${opName(w1)} by a weak capability`;
}

/** Looks at everything; what is wrong, or null. */
export function lookAtBooks(books: Books): string | null {
  const { kernel, servers, stirrers, containers } = books;
  const wrong =
    books.found ??
    checkSoft(books) ??
    stirrers.find((stirrer) => stirrer.wrong !== null)?.wrong ??
    first(
      servers,
      (server, at) =>
        checkChildren(server) ??
        checkVictims(server) ??
        checkEnds(server.pages) ??
        checkWaiting(server) ??
        checkPurses(kernel, server) ??
        checkContainers(containers[at], kernel, server),
    );
  return wrong ?? null;
}

/**
 * Frames have come to be the task's: beyond the guarantee only by who may borrow and can pay. One
 * that it gets in place of another is no new one, and no event.
 */
function checkBorrowed({ kernel, servers }: Books, name: string): string | null {
  const task = kernel.state.tasks.findIndex((one) => one.name === name);
  const server = serverOf(servers, task);
  const client = server.clients[task] as Client;
  if (client.held <= client.guaranteed) return null;
  if (!mayBorrow(server, task)) return `[PS8] task ${task} borrows, and is not eligible`;
  const { price = 0 } = server.terms;
  if (price === 0) return null;
  const unit = kernel.state.countsReferences ? 1_000_000 : 1_000_000_000;
  // The zeros it is given, and the message, take their time.
  const dearer = (server.turns?.rent?.price ?? PRICE_LEAST) / PRICE_LEAST;
  const slack = Math.ceil((price * dearer * client.held * allowance(kernel)) / unit) + 1;
  const left = leftIn(kernel, server, client);
  return left + slack > 0 ? null : `[CON27] task ${task} borrows with ${left} credits in its purse`;
}

function checkWaiting(server: MemoryServerState): string | undefined {
  const { clients, ledger, upstream } = server;
  const waiting = whoWaits(server);
  // What the server above has asked for back is waited for as well [STACK3].
  let sum = upstream?.owed ?? 0;
  for (const id of waiting) {
    const order = clients[id]?.waitingOrder ?? -1;
    if (order < 0) return `[MEM9] task ${id} is listed and does not wait`;
    sum += 1 << order;
  }
  const waits = clients.filter((client) => client !== null && client.waitingOrder >= 0);
  if (waits.length !== waiting.length || waiting.length !== server.waiting.length)
    return '[MEM9] somebody waits and is not listed';
  return sum === ledger.waitingSum ? undefined : '[MEM9] frames waited for do not add up';
}

/** The one that the task deals with. */
function serverOf(servers: readonly MemoryServerState[], task: number): MemoryServerState {
  return servers.find(({ clients }) => (clients[task] ?? null) !== null) ?? servers[0];
}

function checkSoft({ kernel, servers }: Books): string | undefined {
  const { frames, capabilities } = kernel.state;
  let count = 0;
  for (const [task, table] of capabilities.entries()) {
    const { keeper } = poolOf(kernel, serverOf(servers, task));
    for (let slot = 0; slot < table.slots; slot++) {
      const first = softFrameAt(table as CapabilityTable, slot);
      if (first < 0) continue;
      count++;
      for (let frame = first; frame < first + (1 << orderAt(table, slot)); frame++)
        if (frames.owner[frame] !== keeper || frames.lastOwner[frame] !== task)
          return `[SOFT3] task ${task} has a soft reference to frame ${frame}, which is another's`;
    }
  }
  const known = servers.reduce((sum, { soft }) => sum + soft.count, 0);
  return count === known ? undefined : '[SOFT3] soft references do not add up';
}

/** On the clock of nanoseconds a task's own count of frames x time is kept beside the purse. */
function checkPurses(kernel: Kernel, server: MemoryServerState): string | undefined {
  if (server.terms.price === undefined || kernel.state.countsReferences) return undefined;
  // Where the price follows demand, ticks count as often as it is higher.
  if (server.turns?.rent) return undefined;
  const now = termNow(kernel);
  for (const client of server.clients) {
    if (client === null) continue;
    const task = kernel.state.tasks[client.id] as TaskState;
    const held = task.frameNs + task.framesHeld * (now - task.framesSinceNs);
    const { frameTicks = 0, chargedAt = 0 } = client.purse ?? {};
    const charged = frameTicks + client.held * (now - chargedAt);
    if (held !== charged)
      return `[CON26] task ${client.id} has held ${held} frames x ns and is charged for ${charged}`;
  }
  return undefined;
}
