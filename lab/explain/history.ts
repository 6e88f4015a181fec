/**
 * History: what an event log says of one task's frames up to a moment, folded into steps. The sum
 * of all steps is what it holds: each says by how much and to what.
 *
 *   granted   grants one after the other, within the guarantee or as extras
 *   returned  frames given back that nobody had asked for (or late, after a miss)
 *   notice    one obligation from its first notice to its end: asked for, returned, met or missed,
 *             the penalty, what was taken
 *
 * Who wanted the frames are the tasks whose requests waited when the notice was sent [REV9].
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { BUSY, refusalTexts } from '../../contracts/refusals.ts';
import type { HistoryStep, NoticeStep, Span, Wanted } from './history-step.ts';

export interface Sums {
  within: number;
  extra: number;
  returned: number;
  late: number;
  taken: number;
  inherited: number;
}

export interface History {
  readonly task: string;
  readonly steps: HistoryStep[];
  /** The last one; what befalls an obligation befalls it. */
  notice: NoticeStep | null;
  readonly sums: Sums;
  held: number;
  /** Refusals by their text. */
  readonly refusals: Map<string, number>;
  met: number;
  missed: number;
  /** What each task waits for within its guarantee, `task` itself too. */
  readonly waiting: Map<string, number>;
  /** Since when `task` waits. */
  waitsSince: number;
  /** For whom a frame of another's was called back last. */
  claimant: string;
}

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

/** What befalls a notice, and with it the frames that were asked for. */
function noteObligation(history: History, event: ContractEvent): void {
  const { sums } = history;
  const open = openNotice(history);
  switch (event.kind) {
    case 'notice':
      return noteNotice(history, event);
    case 'return':
      return noteReturn(history, event);
    case 'met':
      history.met++;
      if (open) open.outcome = 'met';
      return;
    case 'missed':
      history.missed++;
      if (!open) return;
      open.outcome = 'missed';
      open.outstanding = event.outstanding;
      open.heard = event.heard;
      open.to = event.at;
      return;
    case 'enough':
      if (open) Object.assign(open, { outcome: 'enough', to: event.at });
      return;
    case 'starving':
    case 'writing':
      if (open) open.deadline = event.until;
      return;
    case 'cleanSpent':
      if (open) Object.assign(open, { deadline: event.until, notClean: event.outstanding });
      return;
    case 'starved':
      if (open) Object.assign(open, { outcome: 'starved', to: event.at });
      return;
    case 'penalty':
      return notePenalty(history, event);
    case 'silent':
      sums.taken += event.frames;
      return change(history, taken(history, event.at, 'unused'), event.at, -event.frames);
    case 'loss':
      return noteLoss(history, event);
    default:
      return;
  }
}

/** Of a miss; or, of an offender under karma, frames taken with no notice [REV13]. */
function notePenalty(history: History, event: ContractEvent & { kind: 'penalty' }): void {
  const { notice } = history;
  const missedNow = notice?.outcome === 'missed' && notice.to === event.at && notice.penalty === '';
  if (notice && missedNow) notice.penalty = event.penalty;
  else taken(history, event.at, 'karma');
}

function noteLoss(history: History, event: ContractEvent & { kind: 'loss' }): void {
  const { sums, notice, steps } = history;
  const { at, frames, modified } = event;
  sums.taken += frames;
  const last = steps.at(-1);
  if (last?.kind === 'taken') return change(history, last, at, -frames);
  if (!notice) return;
  change(history, notice, at, -frames);
  notice.taken += frames;
  if (modified) notice.takenWritten += frames;
}

/** The step in which frames are taken unasked: one for all that follow each other. */
function taken(history: History, at: number, why: 'unused' | 'karma'): HistoryStep {
  const last = history.steps.at(-1);
  if (last?.kind === 'taken' && last.why === why) return last;
  return add(history, { ...span(history, at), kind: 'taken', why } as HistoryStep);
}

function span({ held }: History, at: number): Span {
  return { from: at, to: at, frames: 0, held };
}

function add<Step extends HistoryStep>({ steps }: History, step: Step): Step {
  steps.push(step);
  return step;
}

/** Frames come or go: in the step, and in what is held since. */
function change(history: History, step: HistoryStep, at: number, frames: number): void {
  history.held += frames;
  step.frames += frames;
  step.held = history.held;
  step.to = at;
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

function noteNotice(history: History, event: ContractEvent & { kind: 'notice' }): void {
  const { at, frames, deadline, cause, clean } = event;
  const wanted =
    cause === 'turn'
      ? [{ task: history.claimant, frames }]
      : [...history.waiting]
          .filter(([name]) => cause !== 'shrink' && name !== history.task)
          .map(([task, count]): Wanted => ({ task, frames: count }));
  const open = openNotice(history);
  if (open) {
    // A further notice adds to the one that runs [REV3].
    open.asked += frames;
    for (const one of wanted)
      if (!open.wanted.some(({ task }) => task === one.task)) open.wanted.push(one);
    return;
  }
  history.notice = add<NoticeStep>(history, {
    ...span(history, at),
    kind: 'notice',
    asked: frames,
    deadline,
    cause,
    clean: clean === true,
    notClean: 0,
    wanted,
    returned: 0,
    outcome: 'open',
    outstanding: 0,
    heard: true,
    penalty: '',
    taken: 0,
    takenWritten: 0,
  });
}

function noteReturn(history: History, event: ContractEvent & { kind: 'return' }): void {
  const { at, frames, late } = event;
  history.sums.returned += frames;
  if (late) history.sums.late += frames;
  const open = openNotice(history);
  if (open) {
    open.returned += frames;
    return change(history, open, at, -frames);
  }
  const last = history.steps.at(-1);
  const step =
    last?.kind === 'returned' && last.late === late
      ? last
      : add(history, { ...span(history, at), kind: 'returned', times: 0, late });
  step.times++;
  change(history, step, at, -frames);
}

/** The obligation that runs, if one does. */
export function openNotice({ notice }: History): NoticeStep | null {
  return notice?.outcome === 'open' ? notice : null;
}
