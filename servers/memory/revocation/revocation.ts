/**
 * Revocation: calling frames back.
 *
 *   idle --notice(count, deadline)--> notified --all returned--> met
 *                                        |--deadline--> enough (karma): over
 *                                        |--deadline--> missed --> penalty (penalties.ts)
 *   Where the terms say so it is for clean frames alone first (clean-notices.ts).
 *   A notice goes with zero time-out: a memory-control thread that is not waiting for it is taken
 *   to misbehave, and the deadline is now [REV4].
 *
 * Who is asked is up to the arbiter (arbiters/, victims.ts).
 */

import { CAUSE_EXPIRY, CAUSE_EXTRA, CAUSES, OP } from '../../../contracts/messages.ts';
import { starvationOf } from '../../../contracts/terms.ts';
import { termNow, timerAt } from '../../../nucleus/clock.ts';
import { sendNow } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { starvedTime } from '../../../nucleus/starvation.ts';
import type { TaskState } from '../../../nucleus/tasks.ts';
import { observe } from '../answers.ts';
import { type Notice, noticeOf } from '../client.ts';
import { missingFrames, revocable, setNoticed } from '../ledger.ts';
import { type Client, clientOf, EXPIRED, type MemoryServerState } from '../state.ts';
import { TIMER_NOTICE, timerWord } from '../timers.ts';
import { graceWithin, latestWithin } from '../upstream/paying.ts';
import { batchOf } from './batches.ts';
import { beginGrace } from './clean-notices.ts';
import { punish, takeDue } from './penalties.ts';
import { endTurns, nameTurn, turnOf } from './turns.ts';
import { takeUnused } from './unused-runs.ts';
import { nextVictim, reconsider } from './victims.ts';
import { spareWriting } from './writing.ts';

/**
 * Calls back what waiting requests still lack. 'nobody': there is nobody left to ask and no notice
 * runs; 'again': a penalty has freed frames at once.
 */
export function pursue(kernel: Kernel, server: MemoryServerState): 'enough' | 'again' | 'nobody' {
  const missing = missingFrames(server.ledger);
  if (missing <= 0) return 'enough';
  const { turns } = server;
  const turn = turns === null ? null : turnOf(kernel, server, turns);
  const victim = turns === null ? nextVictim(server) : (turn?.client ?? null);
  if (victim === null) return server.ledger.noticedSum > 0 ? 'enough' : 'nobody';
  const cause = victim.status === EXPIRED ? CAUSE_EXPIRY : CAUSE_EXTRA;
  // Arbiters that go by turns ask for one frame at a time.
  const batch = turns === null ? batchOf(kernel, server, missing) : missing;
  const isFull = server.planted === 'full-force';
  const count = isFull ? victim.held - victim.noticed : Math.min(batch, revocable(victim));
  callBack(kernel, server, victim, count, cause, turn?.frame ?? -1);
  return 'again';
}

/**
 * Calls `count` frames of `victim` back: silently, of an offender at once, else with a notice.
 * `frame`: whose turn it is, or -1.
 */
export function callBack(
  kernel: Kernel,
  server: MemoryServerState,
  victim: Client,
  count: number,
  cause: number,
  frame: number,
): void {
  if (takeUnused(kernel, server, victim, count) > 0) return;
  if (victim.karma > 0) {
    victim.karma--;
    takeUnasked(kernel, server, victim, count);
  } else notify(kernel, server, victim, count, cause, frame);
}

/** Sends a notice, or adds to the one that runs; its deadline stays. */
export function notify(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
  cause: number,
  frame = -1,
): void {
  const notice = noticeOf(client);
  if (client.noticed === 0) {
    notice.deadline =
      termNow(kernel) + graceWithin(kernel, server, beginGrace(server, notice, cause));
    notice.starved = starvedTime(kernel, kernel.state.tasks[client.id] as TaskState);
    notice.goal = 0;
    notice.sparedUntil = 0;
    notice.window = server.terms.karmaWindow;
    armNotice(kernel, server, client, notice);
  }
  setNoticed(server.ledger, client, client.noticed + count);
  notice.goal += count;
  reconsider(server, client);
  if (kernel.observer !== null)
    observe(kernel, client.id, {
      kind: 'notice',
      frames: count,
      deadline: notice.deadline,
      cause: CAUSES[cause] as string,
      ...(notice.clean && { clean: true }),
    });
  sendNotice(kernel, server, client, notice, count, cause, frame);
}

/** Looks at the client again at its deadline. */
export function armNotice(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  { deadline }: Notice,
): void {
  if (server.planted !== 'forget-deadline')
    timerAt(kernel, deadline, server.id, timerWord(TIMER_NOTICE, client.id));
}

/** With zero time-out: who is not there to hear has missed it [REV4]. */
export function sendNotice(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  notice: Notice,
  count: number,
  cause: number,
  frame: number,
): void {
  const { deadline } = notice;
  const clean = notice.clean ? 1 : 0;
  const { turns } = server;
  const turn = turns === null || frame < 0 ? 0 : nameTurn(kernel, turns, client, frame);
  if (!sendNow(kernel, server.id, client.id, OP.notice, count, cause, clean, turn, deadline))
    deadlineCame(kernel, server, client, false);
}

/** From an offender frames are taken without a notice; each loss is told [REV13]. */
function takeUnasked(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
): void {
  observe(kernel, client.id, { kind: 'penalty', penalty: 'karma', frames: count });
  takeDue(kernel, server, client, count);
}

export function noticeTimer(kernel: Kernel, server: MemoryServerState, id: number): void {
  const client = clientOf(server, id);
  const { deadline, sparedUntil } = noticeOf(client);
  // Timers of earlier notices come too.
  if (client.noticed === 0 || termNow(kernel) < Math.max(deadline, sparedUntil)) return;
  if (spareStarved(kernel, server, client) || spareWriting(kernel, server, client)) return;
  deadlineCame(kernel, server, client, true);
}

/**
 * Who could not run is not one who refuses: its deadline counts the time in which it could [REV18],
 * until a cap at which what is due is taken without a penalty [REV19]. False: it had its time.
 */
function spareStarved(kernel: Kernel, server: MemoryServerState, client: Client): boolean {
  const task = kernel.state.tasks[client.id] as TaskState;
  const notice = noticeOf(client);
  const starved = starvedTime(kernel, task) - notice.starved;
  if (starved === 0 || starvationOf(server.terms) === 0) return false;
  // Not beyond what the server above has set [STACK3].
  const left = Math.max(0, latestWithin(server) - notice.deadline);
  const longest = Math.min(starvationOf(server.terms), left);
  const until = notice.deadline + Math.min(starved, longest);
  if (termNow(kernel) < until) {
    timerAt(kernel, until, server.id, timerWord(TIMER_NOTICE, client.id));
    observe(kernel, client.id, { kind: 'starving', until });
    return true;
  }
  if (starved < longest) return false;
  const frames = client.noticed;
  setNoticed(server.ledger, client, 0);
  observe(kernel, client.id, { kind: 'starved', frames });
  takeDue(kernel, server, client, frames);
  return true;
}

/** A client under notice asks for frames: under karma it has so many requests to comply [REV12]. */
export function countRequest(kernel: Kernel, server: MemoryServerState, client: Client): void {
  if (client.noticed === 0 || server.terms.penalty !== 'karma') return;
  if (--noticeOf(client).window <= 0) deadlineCame(kernel, server, client, true);
}

/** Time is up, or nobody was there to hear. */
function deadlineCame(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  heard: boolean,
): void {
  const outstanding = client.noticed;
  const { goal } = noticeOf(client);
  const returned = goal - outstanding;
  setNoticed(server.ledger, client, 0);
  if (server.turns !== null) endTurns(server.turns, client);
  reconsider(server, client);
  const task = kernel.state.tasks[client.id] as TaskState;
  if (returned > 0) task.revocationsPartly++;
  if (server.terms.penalty === 'karma' && 2 * returned >= goal) {
    observe(kernel, client.id, { kind: 'enough', returned, outstanding });
    return;
  }
  task.revocationsMissed++;
  observe(kernel, client.id, { kind: 'missed', returned, outstanding, heard });
  punish(kernel, server, client, outstanding);
}
