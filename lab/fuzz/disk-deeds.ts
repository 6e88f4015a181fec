/**
 * What stirrers say to a disk server: contracts, absurd ones among them (no slice, no period, slices
 * longer than their period, more than all of the device), transfers to blocks of their own and to
 * none, containers that come back.
 */

import { spanOf } from '../../contracts/disk-messages.ts';
import { OP } from '../../contracts/messages.ts';
import { WEAK_CONTAINER, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { between, chance, oneOf, small } from './chance.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { Sender } from './fields.ts';
import type { StirrerState } from './stirrer.ts';
import { pick } from './stirrer-deeds.ts';

/** Blocks of a stirrer's partition; from the middle on they are discarded, and never read. */
export const STIRRED_BLOCKS = 16;
const KEPT = STIRRED_BLOCKS / 2;
const MICROSECONDS = [0, 1, 2, 1000, 2 ** 24 - 1, 2 ** 24];

export function talkToDisk(
  kernel: Kernel,
  stirrer: StirrerState,
  { disk }: Elsewhere,
  { span }: Sender,
): void {
  const { id, random } = stirrer;
  if (disk < 0) return;
  const what = nextBelow(random, 10);
  if (what < 3) {
    const [period, slice, laxity] = drawContract(random);
    const term = chance(random, 60) ? 0 : between(random, 1, span);
    const slack = nextBelow(random, 2);
    send(kernel, id, disk, OP.diskContract, period, slice, laxity, slack, term);
  } else if (what < 4) send(kernel, id, disk, OP.renewDisk, 1, 0, 0, 0, 0);
  else if (what < 5) send(kernel, id, disk, OP.diskFlush, between(random, 0, 9), 0, 0, 0, 0);
  else if (what < 6) {
    const block = KEPT + nextBelow(random, KEPT);
    send(kernel, id, disk, OP.diskDiscard, block, between(random, 1, KEPT), 0, 0, 0);
  } else transfer(kernel, stirrer, disk);
}

function drawContract(random: RandomState): readonly [number, number, number] {
  const any = () => oneOf(random, MICROSECONDS);
  if (chance(random, 30)) return [any(), any(), any()];
  const period = between(random, 1, 200_000);
  // Three of these, or one, are more than the device has.
  const slice = Math.floor((period * between(random, 0, 140)) / 100);
  return [period, slice, chance(random, 50) ? 0 : between(random, 1, 2 * period)];
}

/** Pages of a container, or one frame, there or back. */
function transfer(kernel: Kernel, stirrer: StirrerState, disk: number): void {
  const { id, random } = stirrer;
  const slot = pick(kernel, stirrer, [WEAK_PAGES, WEAK_CONTAINER]);
  if (slot < 0) return;
  const op = oneOf(random, [OP.diskRead, OP.diskWrite, OP.diskExchange]);
  const block = chance(random, 90) ? nextBelow(random, KEPT) : between(random, 0, 2 ** 24 - 1);
  const length = Math.min(small(random, 1, 4), Math.max(1, KEPT - block));
  const word =
    op === OP.diskExchange
      ? nextBelow(random, KEPT)
      : spanOf(small(random, 0, 5), length, chance(random, 50));
  sendCapability(kernel, id, disk, op, slot, block, word, between(random, 0, 9));
}
