/**
 * Disk partition: disks of a stack that are parts of a disk server's device, not devices of their own.
 * The layers keep the contents, the disk server has the device's time, and gives it under contract:
 *
 *   layer --submit--> diskMove(block, count, writes), on the payer's account --> disk server: its turn
 *   layer <--wake---- diskDone(tag) <---------------- the device is done, the layer moves the page
 *
 * Who pays [SWAP28]: of what an operation needs the account that it came with; of what a layer does by
 * itself (writing what waits, moving pages down) the client whose page it is. While an account has as
 * many requests at the disk server as it may have, the next one is asked again a while later. If the
 * disk server dies, whatever is under way ends as an error of the device, and so does what comes later.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, DONE } from '../../contracts/refusals.ts';
import type { CapabilityTable } from '../../nucleus/capabilities.ts';
import { deviceEventAt } from '../../nucleus/clock.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import { send } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { assert } from '../../sim-hw/assert.ts';
import { NONE } from './stack/requests.ts';
import { type Disk, OWN_DEVICE, recordOf, type Stack, wake } from './stack/stack.ts';
import type { SwapServerState } from './state.ts';

/** What a request of the stack has asked of the disk server. */
export interface DiskMove {
  /** In the partition. */
  readonly block: number;
  readonly blocks: number;
  readonly writes: number;
  readonly account: number;
}

export interface PartitionState {
  /** To the disk server, or -1: every disk is a device of its own. */
  port: number;
  /** By request of the stack, which is the tag of its message. */
  readonly moves: (DiskMove | null)[];
}

/** Words of device events from here on: a request that asks again. */
const AGAIN = 1 << 24;
/** How long that waits; and how long an error takes that no device has found. */
const AGAIN_NS = 1_000_000;

/** Has the disk server's device move blocks of `disk`; `wake` of the request follows. */
export function askDisk(
  kernel: Kernel,
  server: SwapServerState,
  stack: Stack,
  disk: Disk,
  block: number,
  blocks: number,
  writes: boolean,
  request: number,
): void {
  const { moves } = server.partition;
  while (moves.length <= request) moves.push(null);
  moves[request] = {
    block: disk.base + block,
    blocks,
    writes: writes ? 1 : 0,
    account: payerOf(server, stack, request),
  };
  if (disk.isGone) fail(kernel, server, request);
  else ask(kernel, server, request);
}

function ask(kernel: Kernel, { id, partition }: SwapServerState, request: number): void {
  const { block, blocks, writes, account: payer } = partition.moves[request] as DiskMove;
  const { account } = kernel.state;
  workFor(kernel, id, payer);
  // Where nobody listens, news of the death is on its way.
  send(kernel, id, partition.port, OP.diskMove, block, blocks, writes, request, 0);
  workFor(kernel, id, account);
}

/** Handles what the disk server says; false: the message is somebody else's. */
export function diskHeard(
  kernel: Kernel,
  server: SwapServerState,
  stack: Stack,
  { op, from, w1: request, w2: reason }: Message,
): boolean {
  if (!isDiskServer(kernel, server, from)) return false;
  const { moves } = server.partition;
  if (op !== OP.diskDone || !moves[request]) return true;
  if (reason === BUSY) {
    deviceEventAt(kernel, kernel.state.nowNs + AGAIN_NS, server.id, AGAIN + request);
    return true;
  }
  assert(reason === DONE, 'swap: the disk server knows no such block of the partition');
  moves[request] = null;
  wake(stack, request);
  return true;
}

/** The word of a device event: a request's, which is woken, or one that asks again. */
export function wakeOrAsk(
  kernel: Kernel,
  server: SwapServerState,
  stack: Stack,
  word: number,
): void {
  const request = word % AGAIN;
  const { moves } = server.partition;
  if (word < AGAIN) {
    if (moves.length > request) moves[request] = null;
    wake(stack, request);
  } else if (moves[request]) ask(kernel, server, request);
}

/** The disk server is dead. */
export function diskDied(kernel: Kernel, server: SwapServerState, stack: Stack): void {
  for (const disk of stack.state.disks) disk.isGone = disk.base !== OWN_DEVICE;
  for (const [request, move] of server.partition.moves.entries())
    if (move !== null) fail(kernel, server, request);
}

export function isDiskServer(
  kernel: Kernel,
  { id, partition }: SwapServerState,
  task: number,
): boolean {
  if (partition.port < 0) return false;
  return (kernel.state.capabilities[id] as CapabilityTable).object[partition.port] === task;
}

/** The layer finds out when it is woken. */
function fail(kernel: Kernel, { id }: SwapServerState, request: number): void {
  deviceEventAt(kernel, kernel.state.nowNs + AGAIN_NS, id, request);
}

function payerOf({ operations }: SwapServerState, stack: Stack, request: number): number {
  let top = request;
  for (let above = top; above !== NONE; above = recordOf(stack, above).parent) top = above;
  return operations[top]?.account ?? recordOf(stack, top).client;
}
