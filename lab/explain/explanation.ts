/**
 * Explanation: why a task holds what it holds at a moment: its contract then, the steps that led
 * there, and their sum. What `leasehold explain --json` prints; keys stand in fixed order.
 */

import type { RunHeader } from '../../contracts/event-records.ts';
import type { ContractEvent } from '../../contracts/events.ts';
import { historyOf } from './history.ts';
import { type History, openNotice, type Sums } from './history-state.ts';
import type { HistoryStep } from './history-step.ts';

/** Rises when a field changes its meaning or goes. */
export const EXPLANATION_VERSION = 1;

export interface ContractThen {
  readonly status: 'none' | 'active' | 'shrinking' | 'expired' | 'gone';
  readonly guaranteed: number;
  readonly extra: number;
  /** In force since; renewed so often since; end of the term (null: without end). */
  readonly since: number | null;
  readonly renewals: number;
  readonly until: number | null;
  /** While shrinking: the guarantee to be, and from when. */
  readonly next: { readonly guaranteed: number; readonly at: number } | null;
}

export interface Explanation {
  readonly version: typeof EXPLANATION_VERSION;
  /** The log's first line, or null: one written before logs had it. */
  readonly run: RunHeader | null;
  readonly task: string;
  readonly at: number;
  /** Last moment that the log tells of, of any task. */
  readonly lastAt: number;
  readonly held: number;
  readonly contract: ContractThen;
  /** held = within + extra - returned - taken - inherited; late is part of returned. */
  readonly sums: Sums;
  readonly notices: { readonly met: number; readonly missed: number; readonly owed: number };
  /** A request that waits within the guarantee, or null. */
  readonly waits: { readonly frames: number; readonly since: number } | null;
  readonly refusals: readonly { readonly reason: string; readonly times: number }[];
  readonly steps: readonly HistoryStep[];
}

/** Explains `task` at `at`, or at the end of the log where that is null. */
export function explain(
  run: RunHeader | null,
  events: readonly ContractEvent[],
  task: string,
  at: number | null,
): Explanation {
  const lastAt = events.reduce((last, event) => Math.max(last, event.at), 0);
  const moment = at ?? lastAt;
  const history = historyOf(events, task, moment);
  const { sums, held, steps, met, missed } = history;
  const open = openNotice(history);
  const wanted = history.waiting.get(task);
  return {
    version: EXPLANATION_VERSION,
    run,
    task,
    at: moment,
    lastAt,
    held,
    contract: contractThen(history),
    sums,
    notices: { met, missed, owed: open === null ? 0 : open.asked - open.returned },
    waits: wanted === undefined ? null : { frames: wanted, since: history.waitsSince },
    refusals: [...history.refusals]
      .map(([reason, times]) => ({ reason, times }))
      .toSorted((a, b) => b.times - a.times),
    steps,
  };
}

function contractThen({ steps }: History): ContractThen {
  let then: ContractThen = {
    status: 'none',
    guaranteed: 0,
    extra: 0,
    since: null,
    renewals: 0,
    until: null,
    next: null,
  };
  for (const step of steps) {
    if (step.kind === 'contract') {
      const { from: since, guaranteed, extra } = step;
      const until = step.until === 0 ? null : step.until;
      then = {
        ...then,
        status: 'active',
        guaranteed,
        extra,
        since,
        renewals: 0,
        until,
        next: null,
      };
    } else if (step.kind === 'shrunk') {
      const { from: since, guaranteed, extra } = step;
      then = { ...then, status: 'active', guaranteed, extra, since, renewals: 0, next: null };
    } else if (step.kind === 'shrink')
      then = {
        ...then,
        status: 'shrinking',
        next: { guaranteed: step.guaranteed, at: step.until },
      };
    else if (step.kind === 'renewed')
      then = { ...then, renewals: then.renewals + step.times, until: step.until };
    else if (step.kind === 'expired' || step.kind === 'died') {
      const status = step.kind === 'died' ? 'gone' : 'expired';
      then = { ...then, status, guaranteed: 0, extra: 0, until: null, next: null };
    }
  }
  return then;
}
