/**
 * Drive: the one place where the file server meets its disk: a device, which takes time, and a
 * medium, which holds blocks. A transfer is submitted and its end comes with the word that it was
 * given; only then does data move. A flush takes no time of its own: the device models complete a
 * write when it is safe.
 *
 *   own device      submitRuns --> the device's queue ----------------------------> DEVICE_DONE(word)
 *   disk server     submitRuns --> a diskMove for each run, on the account of now --> diskDone ...
 *
 * Before a disk server [FILE20] the drive is a partition: the contents are kept here all the same, the
 * device's time is given by the disk server, to whoever's account the transfer is on. If that server
 * dies every transfer ends, and no block is read or written any more.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, DONE } from '../../contracts/refusals.ts';
import type { CapabilityTable } from '../../nucleus/capabilities.ts';
import { deviceEventAt } from '../../nucleus/clock.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import { send } from '../../nucleus/ipc.ts';
import { DEATH, DEVICE_DONE, type Kernel, NUCLEUS } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { assert } from '../../sim-hw/assert.ts';
import type { Contents } from '../../sim-hw/contents.ts';
import type { DeviceModel, DeviceState } from '../../sim-hw/devices/device.ts';
import {
  flushMedium,
  type MediumState,
  readBlock,
  writeBlock,
} from '../../sim-hw/devices/medium.ts';

/** A run that the disk server has been asked to move. */
interface Move {
  readonly word: number;
  readonly block: number;
  readonly blocks: number;
  readonly writes: number;
  readonly account: number;
}

export interface DriveState {
  readonly device: DeviceState;
  readonly medium: MediumState;
  /** To the disk server whose partition it is, or -1: it is a device of its own. */
  port: number;
  /** That server is dead. */
  isGone: boolean;
  /** By number, which is the tag of the message to the disk server. */
  readonly moves: (Move | null)[];
  /** Blocks that were moved either way. */
  blocksRead: number;
  blocksWritten: number;
}

/** No transfer has ended. */
export const NO_WORD = -1000;
/** Words from here on downwards are the drive's own: a move that asks again. */
const AGAIN = -1001;
/** How long it waits with that, while the account has as many requests at the server as it may. */
const AGAIN_NS = 1_000_000;

export function createDrive(device: DeviceState, medium: MediumState): DriveState {
  return { device, medium, port: -1, isGone: false, moves: [], blocksRead: 0, blocksWritten: 0 };
}

/**
 * Submits runs of blocks, first and length, and so on (first below 0: none). DEVICE_DONE with the word
 * follows, or a message of the disk server that `endedBy` knows. `payers`: who pays for each run; if
 * left out the account of now does.
 */
export function submitRuns(
  kernel: Kernel,
  model: DeviceModel,
  drive: DriveState,
  runs: readonly number[],
  writes: boolean,
  receiver: number,
  word: number,
  payers: readonly number[] = [],
): void {
  const { nowNs, account } = kernel.state;
  let end = nowNs;
  for (let run = 0; run < runs.length; run += 2) {
    if (runs[run] < 0) continue;
    if (drive.port >= 0) {
      end = Number.POSITIVE_INFINITY;
      const payer = payers[run / 2] ?? account;
      begin(kernel, drive, runs[run], runs[run + 1], writes, receiver, word, payer);
      continue;
    }
    for (let block = runs[run]; block < runs[run] + runs[run + 1]; block++)
      end = Math.max(end, model.submit(drive.device, nowNs, block, writes));
  }
  if (drive.isGone) fail(kernel, receiver, word);
  else if (end < Number.POSITIVE_INFINITY) deviceEventAt(kernel, end, receiver, word);
}

function begin(
  kernel: Kernel,
  drive: DriveState,
  block: number,
  blocks: number,
  writes: boolean,
  receiver: number,
  word: number,
  account: number,
): void {
  if (drive.isGone) return;
  let number = drive.moves.indexOf(null);
  if (number < 0) number = drive.moves.push(null) - 1;
  drive.moves[number] = { word, block, blocks, writes: writes ? 1 : 0, account };
  ask(kernel, drive, receiver, number);
}

function ask(kernel: Kernel, { moves, port }: DriveState, receiver: number, number: number): void {
  const { block, blocks, writes, account: payer } = moves[number] as Move;
  const { account } = kernel.state;
  workFor(kernel, receiver, payer);
  // Where nobody listens, news of the death is on its way.
  send(kernel, receiver, port, OP.diskMove, block, blocks, writes, number, 0);
  workFor(kernel, receiver, account);
}

/** Word of the transfer that has ended with this message; NO_WORD: none has. */
export function endedBy(
  kernel: Kernel,
  drive: DriveState,
  receiver: number,
  { op, from, w0, w1: number, w2: reason }: Message,
): number {
  const { moves } = drive;
  if (from === NUCLEUS && op === DEATH && isDiskServer(kernel, drive, receiver, w0))
    diskDied(kernel, drive, receiver);
  if (from === NUCLEUS && op === DEVICE_DONE) {
    if (w0 > NO_WORD) return w0;
    if (moves[AGAIN - w0]) ask(kernel, drive, receiver, AGAIN - w0);
    return NO_WORD;
  }
  if (op !== OP.diskDone || !isDiskServer(kernel, drive, receiver, from)) return NO_WORD;
  const move = moves[number];
  if (!move) return NO_WORD;
  if (reason === BUSY) {
    deviceEventAt(kernel, kernel.state.nowNs + AGAIN_NS, receiver, AGAIN - number);
    return NO_WORD;
  }
  assert(reason === DONE, 'drive: the disk server knows no such block of the partition');
  moves[number] = null;
  return moves.some((other) => other?.word === move.word) ? NO_WORD : move.word;
}

/** Whatever is under way ends. */
function diskDied(kernel: Kernel, drive: DriveState, receiver: number): void {
  drive.isGone = true;
  const words = new Set(drive.moves.flatMap((move) => (move === null ? [] : [move.word])));
  drive.moves.fill(null);
  for (const word of words) fail(kernel, receiver, word);
}

/** The transfer ends now, and finds that nothing can be read or written. */
function fail(kernel: Kernel, receiver: number, word: number): void {
  deviceEventAt(kernel, kernel.state.nowNs, receiver, word);
}

export function isDiskServer(
  kernel: Kernel,
  { port }: DriveState,
  receiver: number,
  task: number,
): boolean {
  return (
    port >= 0 && (kernel.state.capabilities[receiver] as CapabilityTable).object[port] === task
  );
}

/**
 * One block more at the end of runs: it lengthens the last one where it is next to it, and, if payers
 * of runs are listed, has the same.
 */
export function addBlock(
  runs: number[],
  block: number,
  payers: number[] | null = null,
  payer = 0,
): void {
  const last = runs.length - 2;
  const isNext = last >= 0 && runs[last] >= 0 && runs[last] + runs[last + 1] === block;
  if (isNext && (payers === null || payers.at(-1) === payer)) runs[last + 1]++;
  else {
    runs.push(block, 1);
    payers?.push(payer);
  }
}

/** False: the drive reports an error. */
export function takeBlock(drive: DriveState, block: number, contents: Contents): boolean {
  if (drive.isGone) return false;
  drive.blocksRead++;
  return readBlock(drive.medium, block, contents);
}

export function putBlock(drive: DriveState, block: number, contents: Contents): boolean {
  if (drive.isGone) return false;
  drive.blocksWritten++;
  return writeBlock(drive.medium, block, contents);
}

/** All that has been written is durable. */
export function flushDrive(drive: DriveState): void {
  flushMedium(drive.medium);
}
