/**
 * A desk on which one of everything is there, for bad input: whatever a message can name has a
 * number that is right, one that is another task's, one that has ended, one of another kind.
 *
 *   FIRST     a contract of 9 + 3 frames with a term, of which 8 are held: in slots, in a container, in
 *             pages; a child contract, one of SECOND's, the policy
 *   SECOND    a contract of 7 frames, all held, and the like in other places of its tables
 *   STRANGER  no contract; a child contract of SECOND's that it has not taken into use
 */

import {
  addCapability,
  type CapabilityTable,
  PORT,
  removeCapability,
} from '../../../nucleus/capabilities.ts';
import type { DefaultPagerState } from '../../../servers/central/default-pager.ts';
import { attachPolicyTable } from '../../../servers/memory/contracts/policy.ts';
import { type Client, clientOf, type MemoryServerState } from '../../../servers/memory/state.ts';
import { FREE, type SwapServerState } from '../../../servers/swap/state.ts';
import { hashState } from '../../../sim-hw/state.ts';
import {
  createDesk,
  type Desk,
  type DeskOptions,
  FIRST,
  hand,
  SWAP,
  say,
  settleIn,
  tableOf,
  take,
  takeHeard,
} from '../desk.ts';
import { fill, open, portTo } from '../pages.ts';

export { FIRST } from '../desk.ts';
export const SECOND = FIRST + 1;
export const STRANGER = FIRST + 2;
export const TERM = 5000;
export const LOCK_MAX = 100;
/** Tag of every message that is tried. */
export const TAG = 7;

/** What FIRST has, by the number that names it. */
export interface FullDesk extends Desk {
  /** Frame slots: free to be used, in a container, wired, returned, given back softly. */
  readonly idle: number;
  readonly boxed: number;
  readonly wired: number;
  readonly gone: number;
  readonly soft: number;
  /** A container of one run, shared. */
  readonly box: number;
  readonly weakBox: number;
  /** Containers of pages: open with pages 0 and 1 of 4; the same for extras, shared; open, empty. */
  readonly open: number;
  readonly shared: number;
  readonly weakPages: number;
  readonly loose: number;
  /** Control of its own child contract and of one of SECOND's; the same one in STRANGER's table. */
  readonly control: number;
  readonly gift: number;
  readonly giftOfStranger: number;
  readonly policy: number;
}

export function fullDesk(options: DeskOptions = {}): FullDesk {
  const terms = { wiredMax: 0.5, wiredTimeMax: 500, ...options.terms };
  const desk = createDesk({ frames: 32, clients: 3, ...options, terms });
  attachPolicyTable(desk.server, STRANGER + 1);
  say(desk, FIRST, 'contract', [10, 4, TERM, 0]);
  const [idle, boxed, gone, soft, wired, spare] = take(desk, FIRST, 6) as [number, ...number[]];
  say(desk, FIRST, 'wire', [wired as number, 0, 400]);
  const [, , box, weakBox] = box1(desk, FIRST, boxed as number);
  const [, , ended] = box1(desk, FIRST, spare as number);
  say(desk, FIRST, 'cancelContainer', [ended]);
  say(desk, FIRST, 'returnFrames', [gone as number]);
  const loose = open(desk, FIRST, { extras: 1 });
  const strong = open(desk, FIRST);
  fill(desk, FIRST, strong, 0, 2);
  const shared = open(desk, FIRST, { extras: 1, lockMax: LOCK_MAX });
  fill(desk, FIRST, shared, 0, 2);
  const weakPages = say(desk, FIRST, 'shareContainer', [shared, 0])[0]?.[3] as number;
  const dropped = open(desk, FIRST, { lockMax: LOCK_MAX });
  say(desk, FIRST, 'shareContainer', [dropped, 0]);
  say(desk, FIRST, 'dropContainer', [dropped]);
  const control = say(desk, FIRST, 'splitContract', [1, 1, -1, 0, 0])[0]?.[2] as number;
  const policy = say(desk, FIRST, 'getControl', [0])[0]?.[2] as number;
  const [gift, giftOfStranger] = settleSecond(desk);
  // Last: its frame is the first that anybody would get.
  say(desk, FIRST, 'releaseSoft', [soft as number]);
  const mine = { idle, boxed, wired, gone, soft, box, weakBox, open: strong, shared, weakPages };
  const rest = { loose, control, gift, giftOfStranger, policy };
  for (const inbox of desk.heard) inbox.length = 0;
  return { ...desk, ...(mine as Required<typeof mine>), ...rest } as FullDesk;
}

/** SECOND has the same kinds of things in places where FIRST has nothing; two get its child. */
function settleSecond(desk: Desk): [number, number] {
  settleIn(desk, SECOND, 8, 0, 7);
  const control = say(desk, SECOND, 'splitContract', [1, 0, -1, 0, 0])[0]?.[2] as number;
  const gifts = [FIRST, STRANGER].map((task) => {
    const copy = say(desk, SECOND, 'copyControl', [control, 0])[0]?.[2] as number;
    hand(desk, SECOND, 'store', copy, 0, 0, portTo(desk, SECOND, task));
    return takeHeard(desk, task).find(([name]) => name.startsWith('store'))?.[1] as number;
  });
  for (let i = 0; i < 20; i++) open(desk, SECOND);
  box1(desk, SECOND, 0);
  const own = open(desk, SECOND, { lockMax: LOCK_MAX });
  say(desk, SECOND, 'shareContainer', [own, 0]);
  say(desk, SECOND, 'copyControl', [control, 0]);
  return gifts as [number, number];
}

function box1(desk: Desk, client: number, slot: number): [string, number, number, number] {
  return say(desk, client, 'createContainer', [slot, LOCK_MAX, 1, 0, 0])[0] as never;
}

/** STRANGER borrows every frame that is free. */
export function crowd(desk: Desk): void {
  say(desk, STRANGER, 'contract', [0, 32, 0, 0]);
  take(desk, STRANGER, 32);
}

/** No further capability fits into a task's table, but `left` of them. */
export function fillTable(desk: Desk, task: number, left = 0): void {
  const table = tableOf(desk, task);
  while (addCapability(table, PORT, SWAP, 0) >= 0);
  for (let i = 1; i <= left; i++) removeCapability(table, table.kind.length - i);
}

/**
 * Hash of all there is; counters of messages and what empty places still say apart. A record of a client
 * that says nothing counts as none, and of an operation of the swap server, or a request of the
 * default pager, that is over nothing counts.
 */
export function hashAll(desk: Desk): string {
  const { state, receivers } = desk.kernel;
  const { queue, tasks, account: _, finished: __, capabilities, ...machine } = state;
  const stripped = tasks.map(({ messages: _, times, histogram, ...task }) => task);
  const { clients, ...server } = desk.server;
  return hashState([
    machine,
    queue.count,
    stripped,
    capabilities.map(whatIsIn),
    server,
    clients.map((client) => (saysNothing(client) ? 0 : client)).filter((client) => client !== 0),
    receivers.slice(SWAP).map((receiver) => withoutEnded(receiver.state)),
  ]);
}

function whatIsIn({ kind, object, generation, firstEmpty: _, ...frames }: CapabilityTable): object {
  const there: number[] = [];
  for (const [slot, one] of kind.entries())
    if (one !== 0) there.push(slot, one, object[slot] as number, generation[slot] as number);
  return [there, frames];
}

const blank = { clients: [] } as unknown as MemoryServerState;

function saysNothing(client: Client | null): boolean {
  return client === null || hashState(client) === hashState(clientOf(blank, client.id));
}

function withoutEnded(state: object): object {
  if ('swapPort' in state) {
    const { client, tag, ...pager } = state as DefaultPagerState;
    return { ...pager, client, tag: tag.map((one, i) => (client[i] === 0 ? 0 : one)) };
  }
  if (!('operations' in state)) return state;
  const { operations, contents: _, ...swap } = state as SwapServerState;
  return { ...swap, operations: operations.map((one) => (one.kind === FREE ? FREE : one)) };
}

/** From now on nobody has room for one record more. */
export function noRecords({ server }: FullDesk): void {
  Object.assign(server.terms, { metadataMax: 0 });
}
