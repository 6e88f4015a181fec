/**
 * Child contracts, the clients' part: a task that lives on a part of another's contract.
 *
 *   child                                   parent
 *   START -> askControl                ->   splitContract, once for each part   [CON11]
 *                                      <-   controlIs: keeps that capability, copies it
 *   useControl  <- handControl         <-   a copy for each task that lives on the part [CON12]
 *   contractIs: pages, as on a contract of its own                              [CON13, CON14]
 *
 * A child whose parent has died proposes a contract of its own [CON20]. Left out: parts of parts,
 * and parts of a size that changes while the run goes on; the server serves both.
 */

import { OP, OWN_CONTRACT } from '../../contracts/messages.ts';
import { NO_SUCH_CONTROL } from '../../contracts/refusals.ts';
import { type CapabilityTable, CONTROL, removeCapability } from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send, sendCapability } from '../../nucleus/ipc.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { nextRetry, type PagerState } from '../../paging/state.ts';

/** What a parent splits off, and for whom. */
export interface Part {
  readonly guaranteed: number;
  readonly extra: number;
  /** Tasks that may live on it, and the parent's ports to them. */
  readonly tasks: number[];
  readonly ports: number[];
  /** The parent's capability to it, or -1. */
  control: number;
  asked: boolean;
  /** Tasks, by place in `tasks`, that have asked and have not been given a capability. */
  readonly waiting: number[];
}

/** Plain data of a client: what it splits off, and where its own contract comes from. */
export interface Kinship {
  readonly parts: Part[];
  /** Port to the task whose contract its own is a part of; -1: it has one of its own. */
  parent: number;
  /** The capability to its part, or -1. */
  control: number;
  /** A timer runs at which it splits again. */
  splitsAgain: boolean;
}

/** Timer words: a client proposes, or asks, again; a parent whose split was refused tries again. */
export const PROPOSE = 3;
export const SPLIT = 4;
const TAG = 0;

export function createKinship(): Kinship {
  return { parts: [], parent: -1, control: -1, splitsAgain: false };
}

/** A child asks for its part instead of proposing. False: it has to propose itself. */
export function askForPart(kernel: Kernel, pager: PagerState, kin: Kinship): boolean {
  if (kin.parent < 0) return false;
  if (kin.control >= 0)
    return send(kernel, pager.id, pager.memoryPort, OP.useControl, kin.control, TAG, 0, 0, 0);
  if (send(kernel, pager.id, kin.parent, OP.askControl, TAG, 0, 0, 0, 0)) return true;
  kin.parent = -1;
  return false;
}

/** Parts not split off yet: their frames are in what the parent proposes for itself. */
export function unsplit({ parts }: Kinship): { guaranteed: number; extra: number } {
  let guaranteed = 0;
  let extra = 0;
  for (const part of parts) {
    if (part.control >= 0) continue;
    guaranteed += part.guaranteed;
    extra += part.extra;
  }
  return { guaranteed, extra };
}

/** Splits off what has been asked for and is not there yet. */
export function splitParts(kernel: Kernel, pager: PagerState, kin: Kinship): void {
  for (const [tag, part] of kin.parts.entries()) {
    if (part.control >= 0 || part.asked || part.waiting.length === 0) continue;
    part.asked = true;
    const { guaranteed, extra } = part;
    const { id, memoryPort } = pager;
    send(kernel, id, memoryPort, OP.splitContract, guaranteed, extra, OWN_CONTRACT, tag, 0);
  }
}

/** All that was split off has ended, or the part that this task lived on. */
export function forgetParts(kernel: Kernel, pager: PagerState, kin: Kinship): void {
  dropControl(kernel, pager, kin.control);
  kin.control = -1;
  for (const part of kin.parts) {
    dropControl(kernel, pager, part.control);
    part.control = -1;
    part.asked = false;
  }
}

/** A capability that is dead takes a place until its holder drops it. */
function dropControl(kernel: Kernel, { id }: PagerState, slot: number): void {
  const table = kernel.state.capabilities[id] as CapabilityTable;
  if (slot >= 0 && table.kind[slot] === CONTROL) removeCapability(table, slot);
}

/** Messages about child contracts; false when it is none. */
export function kinshipMessage(
  kernel: Kernel,
  pager: PagerState,
  kin: Kinship,
  message: Message,
): boolean {
  const { op, from, w0, w1 } = message;
  if (op === OP.askControl) takeAsking(kernel, pager, kin, from);
  else if (op === OP.controlIs) takeControl(kernel, pager, kin, w0, w1);
  else if (op === OP.handControl && message.cameAlong) {
    kin.control = w0;
    askForPart(kernel, pager, kin);
  } else if (op === OP.refused) return refusal(kernel, pager, kin, message);
  else return false;
  return true;
}

/** Who is to live on a part is given a capability to it; anybody else is not heard. */
function takeAsking(kernel: Kernel, pager: PagerState, kin: Kinship, task: number): void {
  for (const [tag, part] of kin.parts.entries()) {
    const place = part.tasks.indexOf(task);
    if (place < 0 || part.waiting.includes(place)) continue;
    part.waiting.push(place);
    if (part.control >= 0) copyControl(kernel, pager, part, tag);
    else if (pager.guaranteed > 0) splitParts(kernel, pager, kin);
  }
}

/** The part is split off, and the capability stays; or it is a copy, for the next who waits. */
function takeControl(
  kernel: Kernel,
  pager: PagerState,
  kin: Kinship,
  tag: number,
  control: number,
): void {
  const part = kin.parts[tag];
  if (part === undefined) return;
  if (part.control < 0) {
    part.control = control;
    for (let i = 0; i < part.waiting.length; i++) copyControl(kernel, pager, part, tag);
    return;
  }
  const place = part.waiting.shift();
  if (place === undefined) return;
  const port = part.ports[place] as number;
  if (!sendCapability(kernel, pager.id, port, OP.handControl, control, 0, 0, 0))
    dropControl(kernel, pager, control);
}

function copyControl(kernel: Kernel, pager: PagerState, part: Part, tag: number): void {
  send(kernel, pager.id, pager.memoryPort, OP.copyControl, part.control, tag, 0, 0, 0);
}

function refusal(kernel: Kernel, pager: PagerState, kin: Kinship, message: Message): boolean {
  const { w0, w1, w2 } = message;
  const word = w2 === OP.splitContract ? SPLIT : w2 === OP.useControl ? PROPOSE : -1;
  if (word < 0) return w2 === OP.copyControl;
  const part = kin.parts[w0];
  if (word === SPLIT && part !== undefined) part.asked = false;
  if (word === PROPOSE && w1 === NO_SUCH_CONTROL) {
    dropControl(kernel, pager, kin.control);
    kin.control = -1;
  }
  if (word === SPLIT && kin.splitsAgain) return true;
  if (word === SPLIT) kin.splitsAgain = true;
  timerAt(kernel, termNow(kernel) + nextRetry(pager), pager.id, word);
  return true;
}
