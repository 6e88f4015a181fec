/**
 * Scripted clients: small state machines that stand for every program which speaks the protocol.
 * What they may do next is a set; the explorer tries each. All that answers them is the real code.
 *
 *   honest   returns what a notice asks for, any time, and asks for no more than its contract says
 *   silent   hears notices and returns nothing
 *   deaf     silent, and now and then its thread does not wait for messages [REV4]
 *   liar     silent, and names slots, containers and ops that are not its own [MEM7, MEM8, CONT2]
 *
 * A client has at most one call of each kind under way, as the pager has.
 */

import { OP } from '../../contracts/messages.ts';
import { CONTAINER, frameAt, IN_CONTAINER } from '../../nucleus/capabilities.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import { isOver } from '../../nucleus/tasks.ts';
import { lie } from './lies.ts';
import { actOnPages } from './page-deeds.ts';
import { PAGE_ACTIONS, possiblePageActions } from './page-script.ts';
import { FIRST, MEMORY_PORT, SWAP, SWAP_PORT, type World } from './world.ts';

/** What a scripted client remembers: numbers, each 0 at first. */
export interface Script {
  /** It has heard of a contract that has not expired since. */
  agreed: number;
  /** Index of the contract it proposed last. */
  wish: number;
  /** Calls under way. */
  proposing: number;
  renewing: number;
  allocating: number;
  boxing: number;
  moving: number;
  cancelling: number;
  lying: number;
  /** Frames that notices have asked back. */
  owed: number;
  /** Slots that it was told of and has not sent back, a bit each. */
  known: number;
  /** Its container's slot plus 1, and that of the weak capability it has not handed on yet. */
  box: number;
  weak: number;
  /** Containers it has made, where that is limited. */
  made: number;
}

export const scriptFields = [
  'agreed',
  'wish',
  'proposing',
  'renewing',
  'allocating',
  'boxing',
  'moving',
  'cancelling',
  'lying',
  'owed',
  'known',
  'box',
  'weak',
  'made',
] as const satisfies readonly (keyof Script)[];

export function createScript(): Script {
  const blank = Object.fromEntries(scriptFields.map((field) => [field, 0]));
  return blank as unknown as Script;
}

/** Actions, in words that follow the client's name. RETURN + slot returns that slot. */
export const actionNames = [
  'proposes its first contract',
  'proposes another contract',
  'renews its contract',
  'asks for a frame',
  'puts a frame into a container',
  'hands the container to the swap server, to be stored',
  'hands the container to the swap server, to be fetched',
  'cancels its container',
  'no longer waits for messages',
  'waits for messages again',
  'returns a slot it never had',
  'cancels a container that is none',
  'locks a container that is none',
  'sends an op that there is not',
  'names a container to the swap server that it does not hand over',
] as const;
export const PROPOSE = 0;
const CHANGE = 1;
const RENEW = 2;
export const ALLOCATE = 3;
const BOX = 4;
const STORE = 5;
const FETCH = 6;
const CANCEL = 7;
const DEAFEN = 8;
const LISTEN = 9;
export const LIES = 10;
const LIES_END = 15;
export const RETURN = 16;

/** Adds what client `index` may do now to `actions`. */
export function possibleActions(world: World, index: number, actions: number[]): void {
  const script = world.scripts[index];
  const plan = world.plan.clients[index];
  const id = FIRST + index;
  if (plan.containers === 'pages') return possiblePageActions(world, index, actions);
  const { capabilities, tasks } = world.kernel.state;
  const table = capabilities[id];
  if (plan.pipelined || callsUnderWay(world, index) === 0) possibleCalls(world, index, actions);
  const wantsReturn = plan.returns || (plan.manner === 'honest' && script.owed > 0);
  // Its choice is free and makes no difference to the protocol: the slot granted last.
  let last = table.slots - 1;
  while (last >= 0 && !isIdle(world, index, last)) last--;
  if (wantsReturn && last >= 0) actions.push(RETURN + last);
  const isHandedOn = script.weak === 0 || !hasSwap(world);
  if (boxOf(world, index) >= 0 && isHandedOn && script.cancelling === 0) actions.push(CANCEL);
  if (plan.manner === 'deaf') actions.push(tasks[id].receiving ? DEAFEN : LISTEN);
  if (plan.manner === 'liar' && script.lying === 0)
    for (let lie = LIES; lie < LIES_END; lie++) actions.push(lie);
}

/** Calls that wait for an answer; of the dead nobody has one to wait for. */
export function callsUnderWay(world: World, index: number): number {
  const { proposing, renewing, allocating, boxing, moving } = world.scripts[index];
  return proposing + renewing + allocating + boxing + (hasSwap(world) ? moving : 0);
}

/** Whether there is a swap server still. */
function hasSwap({ kernel }: World): boolean {
  return !isOver(kernel.state.tasks[SWAP]);
}

function possibleCalls(world: World, index: number, actions: number[]): void {
  const script = world.scripts[index];
  const { term, wishes, framesMax, containers, boxesMax } = world.plan.clients[index];
  const { slots, slotFrame } = world.kernel.state.capabilities[FIRST + index];
  const { agreed, proposing, renewing, allocating, boxing, moving, weak, made } = script;
  if (agreed === 0 && proposing === 0) actions.push(PROPOSE);
  if (agreed === 1 && proposing === 0 && wishes.length > 1) actions.push(CHANGE);
  if (agreed === 1 && term && renewing === 0) actions.push(RENEW);
  let held = 0;
  for (let slot = 0; slot < slots; slot++) if (slotFrame[slot] >= 0) held++;
  if (agreed === 1 && allocating === 0 && held < framesMax) actions.push(ALLOCATE);
  if (!hasSwap(world)) return;
  if (weak > 0) actions.push(STORE, FETCH);
  else if (containers !== 'none' && boxOf(world, index) < 0 && boxing + moving === 0)
    if (firstIdle(world, index) >= 0 && (boxesMax === 0 || made < boxesMax)) actions.push(BOX);
}

/** The client's own capability to its container, or -1 when it is no more. */
export function boxOf(world: World, index: number): number {
  const { box } = world.scripts[index];
  if (box === 0) return -1;
  return world.kernel.state.capabilities[FIRST + index].kind[box - 1] === CONTAINER ? box - 1 : -1;
}

/** Whether the client knows that it holds frames in `slot`, in no container. */
export function isIdle(world: World, index: number, slot: number): boolean {
  const table = world.kernel.state.capabilities[FIRST + index];
  if (frameAt(table, slot) < 0 || (table.slotOrder[slot] & IN_CONTAINER) !== 0) return false;
  return ((world.scripts[index].known >> slot) & 1) === 1;
}

function firstIdle(world: World, index: number): number {
  const { slots } = world.kernel.state.capabilities[FIRST + index];
  for (let slot = 0; slot < slots; slot++) if (isIdle(world, index, slot)) return slot;
  return -1;
}

/** Client `index` does `action`, which is possible. */
export function act(world: World, index: number, action: number): void {
  const script = world.scripts[index];
  const { wishes } = world.plan.clients[index];
  if (action >= PAGE_ACTIONS) return actOnPages(world, index, action);
  if (action >= RETURN) return giveBack(world, index, action - RETURN);
  switch (action) {
    case CHANGE:
      script.wish = (script.wish + 1) % wishes.length;
      return propose(world, index);
    case PROPOSE:
      return propose(world, index);
    case RENEW:
      script.renewing = 1;
      return tell(world, index, OP.renew, 2);
    case ALLOCATE:
      script.allocating = 1;
      return tell(world, index, OP.allocate, 0, 0, 3);
    case BOX:
      return createBox(world, index);
    case STORE:
    case FETCH:
      return handOver(world, index, action === STORE ? OP.store : OP.fetch);
    case CANCEL:
      script.cancelling = 1;
      return tell(world, index, OP.cancelContainer, script.box - 1);
    case DEAFEN:
    case LISTEN:
      world.kernel.state.tasks[FIRST + index].receiving = action === LISTEN;
      return;
    default:
      return lie(world, index, action);
  }
}

/** Client `index` sends to the memory server. */
export function tell(
  world: World,
  index: number,
  op: number,
  w0 = 0,
  w1 = 0,
  w2 = 0,
  w3 = 0,
): void {
  send(world.kernel, FIRST + index, MEMORY_PORT, op, w0, w1, w2, w3, 0);
}

function propose(world: World, index: number): void {
  const script = world.scripts[index];
  const { wishes, term } = world.plan.clients[index];
  const { guaranteed, extra } = wishes[script.wish];
  script.proposing = 1;
  const time = term ? world.durations.term : 0;
  send(world.kernel, FIRST + index, MEMORY_PORT, OP.contract, guaranteed, extra, 1, 0, time);
}

function giveBack(world: World, index: number, slot: number): void {
  const script = world.scripts[index];
  script.known &= ~(1 << slot);
  script.owed = Math.max(0, script.owed - 1);
  tell(world, index, OP.returnFrames, slot);
}

function createBox(world: World, index: number): void {
  const { containers, boxesMax } = world.plan.clients[index];
  const once = containers === 'once' ? 1 : 0;
  const slot = firstIdle(world, index);
  world.scripts[index].boxing = 1;
  if (boxesMax > 0) world.scripts[index].made++;
  const { lock } = world.durations;
  const { kernel } = world;
  send(kernel, FIRST + index, MEMORY_PORT, OP.createContainer, slot, 1, 4, once, lock);
}

function handOver(world: World, index: number, op: number): void {
  const script = world.scripts[index];
  const weak = script.weak - 1;
  script.weak = 0;
  if (sendCapability(world.kernel, FIRST + index, SWAP_PORT, op, weak, 0, 5, 0)) script.moving = 1;
}
