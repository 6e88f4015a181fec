/**
 * The physical memory server: mechanism that grants, counts, calls back and takes frames. It never
 * blocks on I/O, never waits for a client without a deadline and never throws at one (SPEC [MEM],
 * [CON], [REV], [CONT]). Walfield's physmem (2002-2003) is the model.
 *
 * This file is the face: it checks each message against its schema and hands it to the room that
 * serves it.
 */

import { OP } from '../../contracts/messages.ts';
import { MALFORMED, NO_CONTRACT } from '../../contracts/refusals.ts';
import { isRefusal, isValid } from '../../contracts/validator.ts';
import { type CapabilityTable, removeCapability } from '../../nucleus/capabilities.ts';
import { DEATH, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { refuse } from './answers.ts';
import { cancelContainer, createContainer, shareContainer } from './containers/containers.ts';
import { expireLocks, lockContainer, unlockContainer } from './containers/locks.ts';
import { moveSome } from './containers/moving.ts';
import { servePages } from './containers/page-face.ts';
import { expirePages } from './containers/page-lifetimes.ts';
import { tellLosses } from './containers/page-losses.ts';
import { drawFor, OWN, settleDraw } from './contracts/child-contract.ts';
import { proposeContract, renewContract } from './contracts/contract.ts';
import { applyDecision } from './contracts/decisions.ts';
import { contractTimer } from './contracts/expiry.ts';
import { expireChildren, foldContract, releaseControls } from './contracts/folding.ts';
import { getControl, usePolicy } from './contracts/policy.ts';
import { tellPurse } from './contracts/purse.ts';
import { copyControl, resizeContract, splitContract, useControl } from './contracts/splitting.ts';
import { buryClient } from './death.ts';
import { allocate, refuseWaiting, returnFrames, serveWaiting } from './grants.ts';
import { reserveRun, returnRange } from './reservations.ts';
import { serveClaims } from './revocation/claims.ts';
import { cleanSpent } from './revocation/clean-notices.ts';
import { noticeTimer, pursue } from './revocation/revocation.ts';
import { releaseSoft, revive } from './revocation/soft-references.ts';
import { markUnused } from './revocation/unused-runs.ts';
import { clientOf, type MemoryServerState, NONE } from './state.ts';
import {
  TIMER_CHILDREN,
  TIMER_CONTRACT,
  TIMER_LOCKS,
  TIMER_MOVES,
  TIMER_NOTICE,
  TIMER_PAGES,
  TIMER_UPSTREAM,
  TIMER_WIRES,
  timerClient,
  timerKind,
} from './timers.ts';
import { askAgain, isFilling } from './upstream/asking.ts';
import { messageFromAbove } from './upstream/from-above.ts';
import { owes, payUpstream } from './upstream/paying.ts';
import { expireWires, unwire, wire } from './wiring.ts';

/** Receiver step of the memory server. */
export function memoryServerStep(kernel: Kernel, state: object, message: Message): void {
  const server = state as MemoryServerState;
  const { op, from } = message;
  if (from === NUCLEUS) {
    if (op === DEATH) buryClient(kernel, server, message.w0);
    else if (op === TIMER) timerRanOut(kernel, server, message.w0);
  } else if (server.upstream !== null && from === server.upstream.id) {
    messageFromAbove(kernel, server, server.upstream, message);
  } else {
    if (message.cameAlong) dropHanded(kernel, server, message.w0);
    if (!isOver(kernel.state.tasks[from] as TaskState) && !isRefusal(message)) {
      if (isValid(message) && !message.cameAlong) serve(kernel, server, message);
      else refuse(kernel, server, from, 0, MALFORMED, op);
    }
  }
  if (server.waiting.length > 0 || owes(server)) settle(kernel, server);
  if (server.turns !== null) serveClaims(kernel, server, server.turns);
  if (server.pages.losses.length > 0) tellLosses(kernel, server);
}

/** No message of this server takes a capability: what comes along is nobody's any more [MEM30]. */
function dropHanded(kernel: Kernel, server: MemoryServerState, slot: number): void {
  releaseControls(kernel, server, server.id);
  removeCapability(kernel.state.capabilities[server.id] as CapabilityTable, slot);
}

/** Serves who waits below its guarantee, calling frames back until enough is on its way. */
function settle(kernel: Kernel, server: MemoryServerState): void {
  const { upstream } = server;
  for (let round = 0; round <= server.clients.length; round++) {
    if (upstream !== null) payUpstream(kernel, server, upstream);
    serveWaiting(kernel, server);
    if (server.waiting.length === 0 && !owes(server)) return;
    const asked = pursue(kernel, server);
    if (asked === 'enough') return;
    if (asked === 'nobody' && upstream !== null && isFilling(server, upstream)) return;
    if (asked === 'nobody') return refuseWaiting(kernel, server);
  }
}

function serve(kernel: Kernel, server: MemoryServerState, message: Message): void {
  const { op, from, w0, w1, w2, w3, time } = message;
  // In this order they are compared: what each transfer of a page asks for comes first.
  switch (op) {
    case OP.createContainer:
      return createContainer(kernel, server, from, w0, time, w1, w2, w3 === 1);
    case OP.lockContainer:
      return lockContainer(kernel, server, from, w0, time, w1, w2);
    case OP.unlockContainer:
      return unlockContainer(kernel, server, from, w0);
    case OP.contract:
      return proposeContract(kernel, server, from, w0, w1, time, w2);
    case OP.renew:
      return renewContract(kernel, server, from, w0);
    case OP.allocate:
      return serveAllocate(kernel, server, from, w0, w1, w2);
    case OP.returnFrames:
      return returnFrames(kernel, server, from, w0);
    case OP.markUnused:
      return markUnused(kernel, server, from, w0, w1 === 1);
    case OP.releaseSoft:
      return releaseSoft(kernel, server, from, w0);
    case OP.revive:
      return revive(kernel, server, from, w0, w1);
    case OP.shareContainer:
      return shareContainer(kernel, server, from, w0, w1);
    case OP.cancelContainer:
      return cancelContainer(kernel, server, from, w0);
    case OP.wire:
      return wire(kernel, server, from, w0, time, w1);
    case OP.unwire:
      return unwire(kernel, server, from, w0);
    case OP.splitContract:
      return splitContract(kernel, server, from, w0, w1, w2, w3, time);
    case OP.copyControl:
      return copyControl(kernel, server, from, w0, w1);
    case OP.useControl:
      return useControl(kernel, server, from, w0, w1);
    case OP.resizeContract:
      return resizeContract(kernel, server, from, w0, w1, w2, w3);
    case OP.foldContract:
      return foldContract(kernel, server, from, w0, w1);
    case OP.getControl:
      return getControl(kernel, server, from, w0);
    case OP.usePolicy:
      return usePolicy(kernel, server, from, w0, w1);
    case OP.decided:
      return applyDecision(kernel, server, from, w0, w1);
    case OP.cleanSpent:
      return cleanSpent(kernel, server, from, w0);
    case OP.purse:
      return tellPurse(kernel, server, from, w0);
    case OP.reserveRun:
      return reserveRun(kernel, server, from, w0, w1, w2);
    case OP.returnRange:
      return returnRange(kernel, server, from, w0, w1);
    default:
      return servePages(kernel, server, message);
  }
}

/** A task that lives on a child contract draws on it for what it asks, and for no more. */
function serveAllocate(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  order: number,
  zero: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  if (client.status === NONE) return refuse(kernel, server, from, tag, NO_CONTRACT, OP.allocate);
  if (client.child === OWN) return allocate(kernel, server, from, order, zero, tag);
  drawFor(server, client, 1 << order);
  allocate(kernel, server, from, order, zero, tag);
  settleDraw(server, client);
}

function timerRanOut(kernel: Kernel, server: MemoryServerState, word: number): void {
  switch (timerKind(word)) {
    case TIMER_NOTICE:
      return noticeTimer(kernel, server, timerClient(word));
    case TIMER_CONTRACT:
      return contractTimer(kernel, server, timerClient(word));
    case TIMER_LOCKS:
      return expireLocks(kernel, server);
    case TIMER_WIRES:
      return expireWires(kernel, server);
    case TIMER_CHILDREN:
      return expireChildren(kernel, server);
    case TIMER_PAGES:
      return expirePages(kernel, server);
    case TIMER_MOVES:
      return moveSome(kernel, server);
    case TIMER_UPSTREAM:
      if (server.upstream !== null) askAgain(kernel, server, server.upstream);
  }
}
