/**
 * History: what an event log says of one task's frames up to a moment, folded into steps. The sum
 * of all steps is what it holds: each says by how much and to what.
 *
 *   granted   grants one after the other, within the guarantee or as extras
 *   returned  frames given back that nobody had asked for (or late, after a miss)
 *   notice    one obligation from its first notice to its end: asked for, returned, met or missed,
 *             the penalty, what was taken
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { BUSY, refusalTexts } from '../../contracts/refusals.ts';
import { add, change, type History, openNotice, span } from './history-state.ts';
import { noteObligation } from './obligations.ts';

/** The history of `task` up to and with moment `at`. Events are in the order of the log. */
export function historyOf(events: readonly ContractEvent[], task: string, at: number): History {
  const history: History = {
    task,
    steps: [],
    notice: null,
    sums: { within: 0, extra: 0, returned: 0, late: 0, taken: 0, inherited: 0 },
    held: 0,
    refusals: new Map(),
    met: 0,
    missed: 0,
    waiting: new Map(),
    waitsSince: 0,
    claimant: '',
  };
  for (const event of events) {
    if (event.at > at) break;
    noteWaiting(history, event);
    if (event.kind === 'claim') history.claimant = event.task;
    if (event.task === task) note(history, event);
  }
  return history;
}

/** A request that waits is over with the next grant, or with any refusal but that it is busy. */
function noteWaiting({ waiting }: History, event: ContractEvent): void {
  const isOver =
    event.kind === 'grant' ||
    event.kind === 'death' ||
    (event.kind === 'refusal' && event.reason !== refusalTexts[BUSY]);
  if (event.kind === 'wait') waiting.set(event.task, event.frames);
  else if (isOver) waiting.delete(event.task);
}

function note(history: History, event: ContractEvent): void {
  const { sums, refusals } = history;
  const open = openNotice(history);
  switch (event.kind) {
    case 'contract': {
      const { guaranteed, extra, until } = event;
      add(history, { ...span(history, event.at), kind: 'contract', guaranteed, extra, until });
      return;
    }
    case 'shrink': {
      const { guaranteed, until } = event;
      add(history, { ...span(history, event.at), kind: 'shrink', guaranteed, until });
      return;
    }
    case 'shrunk': {
      const { guaranteed, extra } = event;
      add(history, { ...span(history, event.at), kind: 'shrunk', guaranteed, extra });
      return;
    }
    case 'renewal':
      return noteRenewal(history, event.at, event.until);
    case 'expiry':
      add(history, { ...span(history, event.at), kind: 'expired' });
      return;
    case 'grant':
      return noteGrant(history, event);
    case 'charge':
      // Of a container of pages: what waits, waits on.
      return noteGrant(history, { ...event, kind: 'grant', waited: 0 });
    case 'refusal':
      refusals.set(event.reason, (refusals.get(event.reason) ?? 0) + 1);
      return;
    case 'wait':
      history.waitsSince = event.at;
      return;
    case 'death': {
      sums.inherited += event.frames;
      if (open) open.outcome = 'over';
      const died = add(history, { ...span(history, event.at), kind: 'died' });
      return change(history, died, event.at, -event.frames);
    }
    case 'lockExpired':
      return;
    default:
      return noteObligation(history, event);
  }
}

function noteRenewal(history: History, at: number, until: number): void {
  const last = history.steps.at(-1);
  if (last?.kind === 'renewed') {
    last.times++;
    last.until = until;
    last.to = at;
  } else add(history, { ...span(history, at), kind: 'renewed', times: 1, until });
}

function noteGrant(history: History, event: ContractEvent & { kind: 'grant' }): void {
  const { at, frames, extra, waited } = event;
  history.sums[extra ? 'extra' : 'within'] += frames;
  const last = history.steps.at(-1);
  const step =
    last?.kind === 'granted' && last.extra === extra
      ? last
      : add(history, { ...span(history, at), kind: 'granted', times: 0, extra, waitedMost: 0 });
  step.times++;
  step.waitedMost = Math.max(step.waitedMost, waited);
  change(history, step, at, frames);
}
