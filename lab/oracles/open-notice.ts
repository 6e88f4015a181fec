/** A notice that is open, as the oracle of deadlines keeps it: what it gives, and how it is prolonged. */

import type { ContractEvent } from '../../contracts/events.ts';
import { starvationOf } from '../../contracts/terms.ts';
import { type Findings, violate } from './findings.ts';
import type { OracleView } from './view.ts';

/** What a client has been asked for, as the oracle knows it. */
export interface Notice {
  outstanding: number;
  /** Infinity: no notice is open. */
  deadline: number;
  /** The deadline as the client was told it, however much longer it may take. */
  told: number;
  /** It is for clean frames alone. */
  clean: boolean;
  /** It is over then even for a client that has had no CPU. */
  cap: number;
  /** And then for one whose pages are being moved. */
  writeCap: number;
  /** Frames that a penalty had to take and has not taken yet. */
  toTake: number;
  toKill: boolean;
  missed: number;
}

export interface RevocationDeadline {
  readonly findings: Findings;
  /** By task id. */
  readonly notices: Notice[];
  /** Earliest deadline of an open notice. */
  earliest: number;
  /** The last decision of the scheduler came after `earliest`. */
  overdue: boolean;
  /** Some penalty is being carried out. */
  pending: boolean;
}

/** Of a client that has been asked for nothing yet. */
export function noNotice(): Notice {
  return {
    outstanding: 0,
    deadline: Number.POSITIVE_INFINITY,
    told: Number.POSITIVE_INFINITY,
    clean: false,
    cap: Number.POSITIVE_INFINITY,
    writeCap: Number.POSITIVE_INFINITY,
    toTake: 0,
    toKill: false,
    missed: 0,
  };
}

/** A notice begins, or is added to: a deadline no nearer than agreed, and never brought forward. */
export function open(
  oracle: RevocationDeadline,
  view: OracleView,
  id: number,
  notice: Notice,
  event: ContractEvent & { kind: 'notice' },
): void {
  oracle.findings.checks++;
  if (notice.deadline === Number.POSITIVE_INFINITY) {
    const { graceClean, graceExtra } = view.server.terms;
    const agreed = (event.clean ? graceClean : undefined) ?? graceExtra;
    if (event.deadline < event.at + Math.min(agreed, graceFromAbove(view, event.at)))
      violate(oracle.findings, view.kernel, 'REV1', id, -1, 'is given too short a grace');
    notice.outstanding = 0;
    notice.deadline = event.deadline;
    notice.told = event.deadline;
    notice.clean = event.clean === true;
    const { terms } = view.server;
    notice.cap = event.deadline + starvationOf(terms);
    notice.writeCap = event.deadline + (terms.writeMax ?? 0);
    if (event.deadline < oracle.earliest) {
      oracle.earliest = event.deadline;
      oracle.overdue = false;
    }
  } else if (event.deadline < notice.told)
    violate(oracle.findings, view.kernel, 'REV3', id, -1, 'has its deadline brought forward');
  notice.outstanding += event.frames;
}

/** A server that is itself under notice gives its clients a share of the time it has [STACK3]. */
function graceFromAbove({ server }: OracleView, at: number): number {
  const { upstream } = server;
  if (upstream === null || upstream.owed === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.floor(0.75 * (upstream.deadline - at)));
}

/** Nor does the time in which a client could not run take it beyond that [STACK3]. */
export function capFromAbove({ server }: OracleView): number {
  const { upstream, terms } = server;
  if (upstream === null || upstream.owed === 0) return Number.POSITIVE_INFINITY;
  return upstream.deadline - Math.ceil(terms.graceExtra / 4);
}

/** A client has no clean frames left: once, what is outstanding gets the usual grace [REV27]. */
export function prolong(
  oracle: RevocationDeadline,
  view: OracleView,
  id: number,
  notice: Notice,
  event: ContractEvent & { kind: 'cleanSpent' },
): void {
  oracle.findings.checks++;
  if (!notice.clean || event.outstanding !== notice.outstanding)
    violate(oracle.findings, view.kernel, 'REV27', id, -1, 'has a notice prolonged for nothing');
  if (event.until !== event.at + view.server.terms.graceExtra)
    violate(oracle.findings, view.kernel, 'REV27', id, -1, 'is given another grace than agreed');
  notice.clean = false;
  notice.deadline = event.until;
  notice.told = event.until;
  notice.cap = event.until + starvationOf(view.server.terms);
  notice.writeCap = event.until + (view.server.terms.writeMax ?? 0);
  findEarliest(oracle);
}

/** A client without CPU, or whose pages are being moved, has longer, up to a cap. */
export function extend(
  oracle: RevocationDeadline,
  view: OracleView,
  id: number,
  notice: Notice,
  until: number,
  rule: 'REV19' | 'REV35',
): void {
  oracle.findings.checks++;
  if (until > (rule === 'REV19' ? notice.cap : notice.writeCap))
    violate(oracle.findings, view.kernel, rule, id, -1, `has until ${until}, beyond the cap`);
  notice.deadline = until;
  findEarliest(oracle);
}

/** Nothing is asked for any more. */
export function close(oracle: RevocationDeadline, notice: Notice): void {
  notice.deadline = Number.POSITIVE_INFINITY;
  notice.outstanding = 0;
  findEarliest(oracle);
}

function findEarliest(oracle: RevocationDeadline): void {
  oracle.earliest = Number.POSITIVE_INFINITY;
  oracle.overdue = false;
  for (const { deadline } of oracle.notices)
    if (deadline < oracle.earliest) oracle.earliest = deadline;
}
