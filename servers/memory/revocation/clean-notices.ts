/**
 * Clean notices: a client is asked for clean frames first, which it can give at once, and has a
 * short grace for them (user-mode Linux's host, which lacks the time for I/O, asks its guests so).
 *
 *   notified, clean alone --all returned--> met
 *       |  `--cleanSpent--> notified, any: the rest of it, graceExtra from now on
 *       `--deadline (graceClean)--> missed, as any notice
 *
 * To say that there are none costs a client nothing but that it is asked again: no word of it is
 * believed, only waited for.
 */

import { CAUSE_EXTRA, CAUSE_SHRINK, OP } from '../../../contracts/messages.ts';
import { NOT_ASKED } from '../../../contracts/refusals.ts';
import { termNow } from '../../../nucleus/clock.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { observe, refuse } from '../answers.ts';
import type { Notice } from '../client.ts';
import { clientOf, type MemoryServerState } from '../state.ts';
import { armNotice, sendNotice } from './revocation.ts';

/** A notice begins, for clean frames alone or for any; returns its grace. */
export function beginGrace({ terms }: MemoryServerState, notice: Notice, cause: number): number {
  const { graceClean, graceExtra } = terms;
  notice.clean = graceClean !== undefined && cause !== CAUSE_SHRINK;
  return notice.clean ? (graceClean ?? graceExtra) : graceExtra;
}

/** The client has no more clean frames: the rest may be any, and has the usual grace [REV27]. */
export function cleanSpent(
  kernel: Kernel,
  server: MemoryServerState,
  from: number,
  tag: number,
): void {
  const client = clientOf(server, from);
  const { notice, noticed: outstanding } = client;
  if (outstanding === 0 || notice === null || !notice.clean)
    return refuse(kernel, server, from, tag, NOT_ASKED, OP.cleanSpent);
  notice.clean = false;
  notice.sparedUntil = 0;
  notice.deadline = termNow(kernel) + server.terms.graceExtra;
  armNotice(kernel, server, client, notice);
  observe(kernel, from, { kind: 'cleanSpent', outstanding, until: notice.deadline });
  sendNotice(kernel, server, client, notice, 0, CAUSE_EXTRA, -1);
}
