/**
 * The physical memory server: mechanism that grants, counts, calls back and takes frames. It never
 * blocks on I/O, never waits for a client without a deadline and never throws at one (SPEC [MEM],
 * [CON], [REV], [CONT]). Walfield's physmem (2002-2003) is the model.
 *
 * This file is the face: it checks each message against its schema and hands it to the room that
 * serves it. Timer words: kind (2 bits), client (8), serial (20).
 */

import { OP } from '../../contracts/messages.ts';
import { MALFORMED, NO_CONTRACT } from '../../contracts/refusals.ts';
import { isValid } from '../../contracts/validator.ts';
import { DEATH, type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import type { Message } from '../../nucleus/messages.ts';
import { isOver, type TaskState } from '../../nucleus/tasks.ts';
import { refuse } from './answers.ts';
import { cancelContainer, createContainer, shareContainer } from './containers.ts';
import { contractTimer, proposeContract, renewContract } from './contract.ts';
import { buryClient } from './death.ts';
import { allocate, refuseWaiting, returnFrames, serveWaiting } from './grants.ts';
import { expireLocks, lockContainer, unlockContainer } from './locks.ts';
import { servePages } from './page-face.ts';
import { expirePages } from './page-lifetimes.ts';
import { tellLosses } from './page-losses.ts';
import { noticeTimer, pursue } from './revocation.ts';
import { clientOf, type MemoryServerState, NONE } from './state.ts';
import {
  TIMER_CONTRACT,
  TIMER_LOCKS,
  TIMER_NOTICE,
  TIMER_PAGES,
  timerClient,
  timerKind,
  timerSerial,
} from './timers.ts';

/** Receiver step of the memory server. */
export function memoryServerStep(kernel: Kernel, state: object, message: Message): void {
  const server = state as MemoryServerState;
  const { op, from } = message;
  if (from === NUCLEUS) {
    if (op === DEATH) buryClient(kernel, server, message.w0);
    else if (op === TIMER) timerRanOut(kernel, server, message.w0);
  } else if (!isOver(kernel.state.tasks[from] as TaskState)) {
    if (isValid(message)) serve(kernel, server, message);
    else refuse(kernel, server, from, 0, MALFORMED, op);
  }
  if (server.waiting.length > 0) settle(kernel, server);
  if (server.pages.losses.length > 0) tellLosses(kernel, server);
}

/** Serves who waits below its guarantee, calling frames back until enough is on its way. */
function settle(kernel: Kernel, server: MemoryServerState): void {
  for (let round = 0; round <= server.clients.length; round++) {
    serveWaiting(kernel, server);
    if (server.waiting.length === 0) return;
    const asked = pursue(kernel, server);
    if (asked === 'enough') return;
    if (asked === 'nobody') return refuseWaiting(kernel, server);
  }
}

function serve(kernel: Kernel, server: MemoryServerState, message: Message): void {
  const { op, from, w0, w1, w2, w3, time } = message;
  switch (op) {
    case OP.contract:
      return proposeContract(kernel, server, from, w0, w1, time, w2);
    case OP.renew:
      return renewContract(kernel, server, from, w0);
    case OP.allocate:
      if (clientOf(server, from).status === NONE)
        return refuse(kernel, server, from, w2, NO_CONTRACT, op);
      return allocate(kernel, server, from, w0, w1, w2);
    case OP.returnFrames:
      return returnFrames(kernel, server, from, w0);
    case OP.createContainer:
      return createContainer(kernel, server, from, w0, time, w1, w2, w3 === 1);
    case OP.shareContainer:
      return shareContainer(kernel, server, from, w0, w1);
    case OP.cancelContainer:
      return cancelContainer(kernel, server, from, w0);
    case OP.lockContainer:
      return lockContainer(kernel, server, from, w0, time, w1, w2);
    case OP.unlockContainer:
      return unlockContainer(kernel, server, from, w0);
    default:
      return servePages(kernel, server, message);
  }
}

function timerRanOut(kernel: Kernel, server: MemoryServerState, word: number): void {
  switch (timerKind(word)) {
    case TIMER_NOTICE:
      return noticeTimer(kernel, server, timerClient(word), timerSerial(word));
    case TIMER_CONTRACT:
      return contractTimer(kernel, server, timerClient(word), timerSerial(word));
    case TIMER_LOCKS:
      return expireLocks(kernel, server);
    case TIMER_PAGES:
      return expirePages(kernel, server);
  }
}
