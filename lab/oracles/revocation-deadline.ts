/**
 * Revocation over by its deadline.
 *
 *   notice --> returned in time: met
 *          `-> deadline: missed; repossess: what was due has been taken when the next program runs
 *                                kill: the client is dead then
 *                                none: the miss has been counted
 *                                karma: half was enough, else as repossess
 *                                drop: all it held has been taken
 *
 *   - a notice gives at least the agreed grace [REV1], is over when its deadline has come and the
 *     scheduler has decided twice [REV2], and is not missed before, unless the client did not wait
 *     for messages [REV4]
 *   - a further notice leaves the deadline where it is [REV3]
 *   - the penalty is carried out in full, down to the guarantee of now, and no more than in full
 *     [REV5, REV7, REV14]; under none the miss is counted [REV6]; an offender's frames may be taken
 *     without a notice, and each time that is told [REV13]
 *   - a client that had no CPU has longer [REV18], and at the cap loses what is due, no sooner [REV19]
 *   - a notice for clean frames alone gives the grace agreed for these; it is prolonged once, by the
 *     usual grace, when there are none [REV26, REV27]
 *   - so has one whose pages a server moves [REV35]
 *   - no device moves data through a lock whose time is over (lock-deadline.ts)
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { termNow } from '../../nucleus/clock.ts';
import { TAKEN } from '../../nucleus/probe.ts';
import { KILLED } from '../../nucleus/tasks.ts';
import { createFindings, violate } from './findings.ts';
import {
  capFromAbove,
  close,
  extend,
  type Notice,
  noNotice,
  open,
  prolong,
  type RevocationDeadline,
} from './open-notice.ts';
import type { OracleView } from './view.ts';

export function createRevocationDeadline(view: OracleView): RevocationDeadline {
  const rules = [
    'REV1',
    'REV2',
    'REV3',
    'REV4',
    'REV5',
    'REV6',
    'REV7',
    'REV13',
    'REV14',
    'REV18',
    'REV19',
    'REV27',
    'REV35',
    'CONT4',
    'CONT6',
    'CONT23',
  ];
  return {
    findings: createFindings('revocation-deadline', rules),
    notices: view.kernel.state.tasks.map(noNotice),
    earliest: Number.POSITIVE_INFINITY,
    overdue: false,
    pending: false,
  };
}

/** The server has told of something that befell task `id`. */
export function noteRevocation(
  oracle: RevocationDeadline,
  view: OracleView,
  id: number,
  event: ContractEvent,
): void {
  const notice = oracle.notices[id];
  switch (event.kind) {
    case 'notice':
      return open(oracle, view, id, notice, event);
    case 'return':
      notice.outstanding = event.outstanding;
      return;
    case 'met':
    case 'enough':
    case 'death':
      notice.toTake = 0;
      return close(oracle, notice);
    case 'missed':
      return noteMiss(oracle, view, id, notice, event);
    case 'cleanSpent':
      return prolong(oracle, view, id, notice, event);
    case 'starving':
      return extend(oracle, view, id, notice, event.until, 'REV19');
    case 'writing':
      return extend(oracle, view, id, notice, event.until, 'REV35');
    case 'starved':
      if (event.at < Math.min(notice.cap, capFromAbove(view)))
        violate(oracle.findings, view.kernel, 'REV19', id, -1, 'loses frames before the cap');
      oracle.pending = true;
      notice.toTake = dueBy('repossess', view, id, event.frames);
      return close(oracle, notice);
    case 'silent':
      notice.toTake += event.frames;
      return;
    case 'penalty':
      oracle.pending = true;
      notice.toTake = dueBy(event.penalty, view, id, event.frames);
      if (event.penalty === 'kill') notice.toKill = true;
      return;
    default:
      return;
  }
}

/** Frames that a penalty has to take of a client that owes `frames`. */
function dueBy(penalty: string, { server }: OracleView, id: number, frames: number): number {
  const client = server.clients[id];
  if (client === null || client === undefined) return 0;
  if (penalty === 'drop') return client.held;
  if (penalty !== 'repossess' && penalty !== 'karma') return 0;
  return Math.min(frames, client.held - client.guaranteed);
}

function noteMiss(
  oracle: RevocationDeadline,
  view: OracleView,
  id: number,
  notice: Notice,
  event: ContractEvent & { kind: 'missed' },
): void {
  oracle.findings.checks++;
  notice.missed++;
  const { receiving, revocationsMissed } = view.kernel.state.tasks[id];
  // Under karma a notice may end with the client's own requests [REV12].
  const { penalty } = view.server.terms;
  const isSpent = penalty === 'karma' && (view.server.clients[id]?.notice?.window ?? 1) <= 0;
  if (event.heard && event.at < notice.deadline && !isSpent)
    violate(oracle.findings, view.kernel, 'REV2', id, -1, 'is said to miss before its deadline');
  if (!event.heard && receiving)
    violate(oracle.findings, view.kernel, 'REV4', id, -1, 'waited for messages and got no notice');
  if (revocationsMissed !== notice.missed)
    violate(oracle.findings, view.kernel, 'REV6', id, -1, 'its misses are not counted');
  close(oracle, notice);
}

/** Frames have left the hands of `task`. */
export function noteReleased(
  oracle: RevocationDeadline,
  view: OracleView,
  task: number,
  order: number,
  cause: number,
): void {
  if (cause !== TAKEN) return;
  const notice = oracle.notices[task];
  oracle.findings.checks++;
  if (notice.toTake <= 0)
    violate(oracle.findings, view.kernel, 'REV5', task, -1, 'loses frames that were not due');
  notice.toTake -= 1 << order;
}

/** The scheduler has made a decision. Costs two compares while nothing is due. */
export function checkDeadlines(oracle: RevocationDeadline, view: OracleView): void {
  if (oracle.pending) checkPenalties(oracle, view);
  if (oracle.earliest === Number.POSITIVE_INFINITY) return;
  if (termNow(view.kernel) <= oracle.earliest) return;
  if (!oracle.overdue) {
    oracle.overdue = true;
    return;
  }
  for (const [id, notice] of oracle.notices.entries()) {
    if (notice.deadline > oracle.earliest) continue;
    oracle.findings.checks++;
    const what = `${notice.outstanding} frames were due at ${notice.deadline}`;
    violate(oracle.findings, view.kernel, 'REV2', id, -1, what);
    close(oracle, notice);
  }
}

function checkPenalties(oracle: RevocationDeadline, view: OracleView): void {
  oracle.pending = false;
  for (const [id, notice] of oracle.notices.entries()) {
    if (notice.toTake > 0) {
      const what = `misses a deadline and keeps ${notice.toTake} frames that were due`;
      violate(oracle.findings, view.kernel, 'REV5', id, -1, what);
    }
    notice.toTake = 0;
    if (!notice.toKill) continue;
    oracle.findings.checks++;
    if (view.kernel.state.tasks[id].status !== KILLED)
      violate(oracle.findings, view.kernel, 'REV7', id, -1, 'misses a deadline and lives');
    notice.toKill = false;
  }
}
