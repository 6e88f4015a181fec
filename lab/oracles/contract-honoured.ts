/**
 * Contract honoured: what was agreed is kept, whatever others do.
 *
 *   - the guarantees agreed on never sum to more than the frames                           [CON1]
 *   - a request within the guarantee is not refused (under penalty none it may be, when nobody is
 *     left to ask), and is granted within graceExtra and an allowance for the servers' own time;
 *     under penalties none and karma no time is promised                             [CON2, REV6]
 *   - a guarantee falls by a shrink agreed on, after its grace, or by the end of the term, and in
 *     no other way                                                                  [CON5, CON7]
 *   - the server takes frames of a client only while it holds more than it is guaranteed   [REV5]
 *   - what is wired is wired as it may be (wired-frames.ts)                          [MEM10, MEM11]
 *
 * The oracle keeps its own account of each contract, from what the server said when it agreed.
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { BUSY, NO_RUN, NOT_HONOURED, refusalTexts } from '../../contracts/refusals.ts';
import { starvationOf } from '../../contracts/terms.ts';
import { termNow } from '../../nucleus/clock.ts';
import { TAKEN } from '../../nucleus/probe.ts';
import { whoWaits } from '../../servers/memory/revocation/waiting-requests.ts';
import { createFindings, type Findings, violate } from './findings.ts';
import { allowance, type OracleView } from './view.ts';

interface Agreed {
  guaranteed: number;
  /** The guarantee to be, from `shrinkAt` on; Infinity: none agreed on. */
  next: number;
  shrinkAt: number;
  /** End of the term, or Infinity. */
  until: number;
}

export interface ContractHonoured {
  readonly findings: Findings;
  /** By task id. */
  readonly agreed: Agreed[];
  /** When a guarantee last grew: who is asked to return may be asked for less since then. */
  grownAt: number;
  /** When wired frames were looked at last. */
  sweptAt: number;
}

export function createContractHonoured(view: OracleView): ContractHonoured {
  const agreed = view.kernel.state.tasks.map((_, id) => ({
    guaranteed: view.server.clients[id]?.guaranteed ?? 0,
    next: 0,
    shrinkAt: Number.POSITIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
  }));
  const rules = ['CON1', 'CON2', 'CON5', 'CON7', 'REV5', 'REV6', 'MEM10', 'MEM11'];
  return { findings: createFindings('contract-honoured', rules), agreed, grownAt: 0, sweptAt: 0 };
}

/** What task `id` is guaranteed at this moment. */
function guaranteedNow(oracle: ContractHonoured, view: OracleView, id: number): number {
  const { guaranteed, next, shrinkAt } = oracle.agreed[id];
  return termNow(view.kernel) >= shrinkAt ? next : guaranteed;
}

/** The server has told of something that befell task `id`. */
export function noteContract(
  oracle: ContractHonoured,
  view: OracleView,
  id: number,
  event: ContractEvent,
): void {
  const agreed = oracle.agreed[id];
  switch (event.kind) {
    case 'contract':
      return noteAgreement(oracle, view, id, event.guaranteed);
    case 'shrink':
      oracle.findings.checks++;
      if (event.until + allowance(view.kernel) < event.at + view.server.terms.graceShrink)
        violate(oracle.findings, view.kernel, 'CON5', id, -1, 'is given too short a grace');
      // One that was to end by now is put off: the old guarantee holds till the new end [CON6].
      agreed.next = event.guaranteed;
      agreed.shrinkAt = event.until;
      return;
    case 'shrunk':
      oracle.findings.checks++;
      if (event.guaranteed < guaranteedNow(oracle, view, id))
        violate(oracle.findings, view.kernel, 'CON5', id, -1, 'shrinks to less than was agreed on');
      agreed.guaranteed = event.guaranteed;
      agreed.shrinkAt = Number.POSITIVE_INFINITY;
      return;
    case 'split':
    case 'fold':
      return noteMoved(agreed, event.left);
    case 'renewal':
      agreed.until = event.until;
      return;
    case 'expiry':
      oracle.findings.checks++;
      if (event.at < agreed.until)
        violate(oracle.findings, view.kernel, 'CON7', id, -1, `expires before ${agreed.until}`);
      return end(agreed);
    case 'death':
      return end(agreed);
    case 'refusal':
      return checkRefusal(oracle, view, id, event.reason);
    case 'grant':
      return checkGrant(oracle, view, id, event.at, event.waited);
    default:
      return;
  }
}

function noteAgreement(
  oracle: ContractHonoured,
  view: OracleView,
  id: number,
  guaranteed: number,
): void {
  const { kernel, server } = view;
  const agreed = oracle.agreed[id];
  const before = guaranteedNow(oracle, view, id);
  oracle.findings.checks++;
  if (guaranteed < before) {
    const what = `its guarantee falls from ${before} to ${guaranteed} with no grace`;
    violate(oracle.findings, kernel, 'CON5', id, -1, what);
  }
  if (guaranteed > before) oracle.grownAt = termNow(kernel);
  agreed.guaranteed = guaranteed;
  agreed.shrinkAt = Number.POSITIVE_INFINITY;
  agreed.until = server.clients[id]?.expiresAt ?? Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let task = 0; task < oracle.agreed.length; task++) sum += guaranteedNow(oracle, view, task);
  if (sum > server.ledger.sellable) {
    const what = `${sum} frames are guaranteed, of ${server.ledger.sellable}`;
    violate(oracle.findings, kernel, 'CON1', id, -1, what);
  }
}

/** A part went to a child contract, or came back: also to what a shrinking will leave [CON23]. */
function noteMoved(agreed: Agreed, left: number): void {
  agreed.next += Math.max(0, left - agreed.guaranteed);
  agreed.guaranteed = left;
}

function end(agreed: Agreed): void {
  agreed.guaranteed = 0;
  agreed.shrinkAt = Number.POSITIVE_INFINITY;
  agreed.until = Number.POSITIVE_INFINITY;
}

/** A request of task `id` for frames was refused. */
function checkRefusal(
  oracle: ContractHonoured,
  view: OracleView,
  id: number,
  reason: string,
): void {
  oracle.findings.checks++;
  if (reason === refusalTexts[BUSY] || reason === refusalTexts[NO_RUN]) return;
  if (reason === refusalTexts[NOT_HONOURED] && view.server.terms.penalty === 'none') return;
  const held = view.server.clients[id]?.held ?? 0;
  const guaranteed = guaranteedNow(oracle, view, id);
  if (held >= guaranteed || isLarge(view, id)) return;
  const what = `holds ${held} of ${guaranteed} guaranteed frames and is refused: ${reason}`;
  violate(oracle.findings, view.kernel, 'CON2', id, -1, what);
}

/** Who asks for large runs may be refused with less than one of its guarantee left. */
function isLarge({ kernel, watched }: OracleView, id: number): boolean {
  const { space } = kernel.state.tasks[id];
  return space >= 0 && (kernel.state.spaces[space].order > 0 || watched[space].stirs);
}

function checkGrant(
  oracle: ContractHonoured,
  view: OracleView,
  id: number,
  at: number,
  waited: number,
): void {
  if (waited === 0 || !promisesTime(view)) return;
  oracle.findings.checks++;
  const limit = promised(view);
  const counted = Math.min(waited, at - oracle.grownAt);
  if (counted > limit)
    violate(oracle.findings, view.kernel, 'CON2', id, -1, `waited ${waited}, longer than ${limit}`);
}

/** Under none nothing ends a notice, and under karma half of it is forgiven each time [REV11]. */
function promisesTime({ server }: OracleView): boolean {
  return server.terms.penalty !== 'none' && server.terms.penalty !== 'karma';
}

/** How long a request within the guarantee may wait. */
function promised({ server, kernel }: OracleView): number {
  const starvation = kernel.schedule.ranked ? starvationOf(server.terms) : 0;
  // Who is asked for clean frames alone may say that there are none: then a grace begins anew [REV27].
  const { graceExtra, graceClean = 0, writeMax = 0 } = server.terms;
  // Whoever loses all is told of each run that it loses.
  const { mapNs, messageNs } = kernel.costs;
  const losses = kernel.state.countsReferences
    ? 0
    : kernel.state.frames.count * (mapNs + messageNs);
  return graceClean + graceExtra + starvation + writeMax + losses + allowance(kernel);
}

/** Frames have left the hands of `task`; the ledger knows already. */
export function checkTaken(
  oracle: ContractHonoured,
  view: OracleView,
  task: number,
  cause: number,
): void {
  // Drop all is just that: the guarantee stands, as a right to frames [REV14].
  if (cause !== TAKEN || view.server.terms.penalty === 'drop') return;
  oracle.findings.checks++;
  const held = view.server.clients[task]?.held ?? 0;
  const guaranteed = guaranteedNow(oracle, view, task);
  if (held < guaranteed && !isLarge(view, task)) {
    const what = `is guaranteed ${guaranteed} frames and left with ${held}`;
    violate(oracle.findings, view.kernel, 'REV5', task, -1, what);
  }
}

/** Requests that have waited too long and wait still. */
export function sweepWaiting(oracle: ContractHonoured, view: OracleView): void {
  const { server, kernel } = view;
  if (!promisesTime(view)) return;
  const limit = promised(view);
  for (const id of whoWaits(server)) {
    const since = Math.max(server.clients[id]?.request?.since ?? 0, oracle.grownAt);
    oracle.findings.checks++;
    if (termNow(kernel) - since > limit)
      violate(oracle.findings, kernel, 'CON2', id, -1, `has waited since ${since}`);
  }
}
