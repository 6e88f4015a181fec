/**
 * Obligations in a history: notices, what was returned for them, and how they ended. Who wanted the
 * frames are the tasks whose requests waited when the notice was sent [REV9].
 */

import type { ContractEvent } from '../../contracts/events.ts';
import { add, change, type History, openNotice, span } from './history-state.ts';
import type { HistoryStep, NoticeStep, Wanted } from './history-step.ts';

/** What befalls a notice, and with it the frames that were asked for. */
export function noteObligation(history: History, event: ContractEvent): void {
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
