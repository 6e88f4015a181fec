/**
 * Invariants of a step: what may change at once, and what the servers may say in it. They compare
 * the state before with that after, and read what the nucleus told of the step and the messages
 * that it sent.
 */

import { OP } from '../../contracts/messages.ts';
import { BUSY, NO_RUN, NOT_HONOURED } from '../../contracts/refusals.ts';
import { CONTAINER_LOCKED, CONTAINER_SHARED, EXPIRED, GONE } from '../../servers/memory/state.ts';
import { type CopiesBefore, checkCopyStep, createCopiesBefore, noteCopies } from './copy-steps.ts';
import { SHRINK, TERM } from './deadlines.ts';
import { checkFileStep, tamperedRequest } from './file-invariants.ts';
import { messageAt } from './message-state.ts';
import { DEADLINE, DELIVER, kindOf, oldestOf, whatOf } from './moves.ts';
import { type ContainerBefore, checkPageStep, notePages } from './page-steps.ts';
import { FIRST, MEMORY, nameOf, type World } from './world.ts';

/** What is kept of the state before a step, by client or container. */
export interface Before {
  readonly guaranteed: number[];
  readonly noticed: number[];
  readonly containers: number[];
  readonly pages: ContainerBefore[];
  messages: number;
  /** Who sent the message that is heard, or -1. */
  from: number;
  /** The file server's request whose container has changed, as this step tells it; or -1. */
  tampered: number;
  readonly copies: CopiesBefore;
}

export function createBefore(): Before {
  return {
    guaranteed: [],
    noticed: [],
    containers: [],
    pages: [],
    messages: 0,
    from: -1,
    tampered: -1,
    copies: createCopiesBefore(),
  };
}

/** Notes what a step is compared with; the state has been restored, and nothing been done. */
export function note(world: World, before: Before, move: number): void {
  world.records.forEach(({ guaranteed, noticed }, index) => {
    before.guaranteed[index] = guaranteed;
    before.noticed[index] = noticed;
  });
  world.memory.containers.records.forEach(({ status }, id) => {
    before.containers[id] = status;
  });
  notePages(world, before.pages);
  before.messages = world.kernel.state.queue.count;
  const heard = kindOf(move) === DELIVER ? oldestOf(world, whatOf(move)) : undefined;
  noteCopies(world, before.copies, heard);
  before.from = heard?.from ?? -1;
  before.tampered = heard === undefined ? -1 : tamperedRequest(world, heard);
}

/** What is wrong with the step that `move` has made, or undefined. */
export function checkStep(world: World, before: Before, move: number): string | undefined {
  return (
    checkGuarantees(world, before, move) ??
    checkGrants(world, before) ??
    checkTaken(world) ??
    checkVersions(world, before) ??
    checkSaid(world, before, move) ??
    checkPageStep(world, before.pages, firstSent(before, move), before.from) ??
    checkCopyStep(world, before.copies) ??
    checkFileStep(world, before.tampered, firstSent(before, move))
  );
}

/** A guarantee falls at the end of its grace, of its term, or of its owner. */
function checkGuarantees(world: World, before: Before, move: number): string | undefined {
  const deadline = kindOf(move) === DEADLINE ? whatOf(move) : -1;
  for (let index = 0; index < world.records.length; index++) {
    const { id, guaranteed, status } = world.records[index];
    const name = nameOf(world, id);
    const falls = guaranteed < before.guaranteed[index];
    if (!falls || status === GONE) continue;
    if (status === EXPIRED && deadline !== TERM) return `[CON7] ${name} expires before its term`;
    if (status !== EXPIRED && deadline !== SHRINK)
      return `[CON5] the guarantee of ${name} falls from ${before.guaranteed[index]} to ${guaranteed} at once`;
  }
  return undefined;
}

/** Frames are lent within the contract, and not to who owes some. */
function checkGrants(world: World, before: Before): string | undefined {
  const { granted } = world.happened;
  for (let at = 0; at < granted.length; at += 3) {
    const index = granted[at] - FIRST;
    const held = granted[at + 1];
    const name = nameOf(world, granted[at]);
    if (held > granted[at + 2] + world.records[index].extra)
      return `[MEM3] ${name} is granted more than its contract says`;
    // Under karma the request itself may have ended the notice [REV12].
    const owes = world.plan.penalty !== 'karma' || world.records[index].noticed > 0;
    if (held > granted[at + 2] && before.noticed[index] > 0 && owes)
      return `[REV10] ${name} is lent a frame while it owes some`;
  }
  return undefined;
}

function checkTaken(world: World): string | undefined {
  const { taken, leaked, foreign, granted } = world.happened;
  const drops = world.plan.penalty === 'drop';
  for (const id of taken) {
    const { held, guaranteed } = world.records[id - FIRST];
    if (drops && held > 0 && !granted.some((task, at) => at % 3 === 0 && task === id))
      return `[REV14] ${nameOf(world, id)} is left with ${held} frames, and all were to be dropped`;
    if (!drops && held < guaranteed)
      return `[REV5] ${nameOf(world, id)} is left with ${held} of ${guaranteed} guaranteed frames`;
  }
  if (leaked.length > 0)
    return `[CONT6] data moves through window ${leaked[0]} that was not opened for it`;
  return foreign.length > 0 ? `[MEM4] ${foreign[0]}` : undefined;
}

/** A container that outlives its lock has been had by somebody else: its version says so. */
function checkVersions(world: World, before: Before): string | undefined {
  for (const { id, status, version } of world.memory.containers.records) {
    const isOver = before.containers[id] === CONTAINER_LOCKED && status === CONTAINER_SHARED;
    if (isOver && version !== 1) return `[CONT5] container ${id} was locked, and its version stays`;
  }
  return undefined;
}

/** What the memory server said in this step. */
function checkSaid(world: World, before: Before, move: number): string | undefined {
  const { queue } = world.kernel.state;
  const first = firstSent(before, move);
  for (let place = first; place < queue.count; place++) {
    const { op, from, to, w1, w2 } = messageAt(world, place);
    const record = from === MEMORY ? world.records[to - FIRST] : undefined;
    if (record === undefined) continue;
    const { held, guaranteed, noticed, id } = record;
    if (op === OP.notice && noticed + guaranteed > held && noticed > 0)
      return `[REV1] ${nameOf(world, id)} is asked for ${noticed} frames and holds ${held} of ${guaranteed}`;
    if (op !== OP.refused || w2 !== OP.allocate || held >= guaranteed) continue;
    const isHonest = w1 === NOT_HONOURED && world.plan.penalty === 'none';
    if (w1 !== BUSY && w1 !== NO_RUN && !isHonest)
      return `[CON2] ${nameOf(world, id)} holds ${held} of ${guaranteed} guaranteed frames and is refused`;
  }
  return undefined;
}

/** Place of the first message of the step: a delivery has taken one out before it added any. */
function firstSent({ messages }: Before, move: number): number {
  return messages - (kindOf(move) === DELIVER ? 1 : 0);
}
