/** One step of a history in plain words, or several notices that read alike. */

import { grouped } from '../report/text.ts';
import { type TermClock as Clock, timeOfTicks } from '../scenario/time-text.ts';
import type { HistoryStep, NoticeStep } from './history-step.ts';

export function stepText(step: HistoryStep, clock: Clock): string {
  const during = step.to > step.from ? `, the last at ${timeOfTicks(step.to, clock)}` : '';
  switch (step.kind) {
    case 'contract': {
      const end = step.until === 0 ? 'without end' : `until ${timeOfTicks(step.until, clock)}`;
      return `contract: G ${grouped(step.guaranteed)}, E ${grouped(step.extra)}, ${end}`;
    }
    case 'shrink':
      return `asked for a smaller guarantee: G falls to ${grouped(step.guaranteed)} at ${timeOfTicks(step.until, clock)}`;
    case 'shrunk':
      return `the smaller guarantee is in force: G ${grouped(step.guaranteed)}, E ${grouped(step.extra)}`;
    case 'renewed':
      return `contract renewed${step.times > 1 ? ` ${times(step.times)}` : ''}, until ${timeOfTicks(step.until, clock)}`;
    case 'expired':
      return 'contract not renewed: expired, G and E are 0';
    case 'granted': {
      const waited =
        step.waitedMost > 0 ? `, after a wait of up to ${timeOfTicks(step.waitedMost, clock)}` : '';
      return `granted ${step.extra ? 'as extras' : 'within G'}, ${times(step.times)}${during}${waited}`;
    }
    case 'returned': {
      const why = step.late ? 'late, after a deadline it had missed' : 'of its own accord';
      return `returned ${why}${during}`;
    }
    case 'notice':
      return noticeText(step, clock);
    case 'taken':
      return step.why === 'unused'
        ? `taken silently: it had marked them as unused${during}`
        : `taken without a notice: bad karma${during}`;
    case 'died':
      return 'the task is over: all it had is free';
  }
}

function noticeText(step: NoticeStep, clock: Clock): string {
  const due = timeOfTicks(step.deadline, clock);
  const clean = step.clean ? `${step.notClean > 0 ? ' at first' : ''}, clean ones,` : '';
  const asked = `asked for ${frames(step.asked)} back${clean} by ${due}${whyAsked(step)}`;
  const returned = `returned ${grouped(step.returned)}`;
  switch (step.outcome) {
    case 'open':
      return `${asked}; ${returned} so far`;
    case 'met':
      return `${asked}; returned all in time`;
    case 'over':
      return `${asked}; ${returned}, and was over before the deadline`;
    case 'enough':
      return `${asked}; ${returned}; half was enough, the rest is forgiven`;
    case 'starved':
      return `${asked}; ${returned}; it had no CPU: ${frames(step.taken)} taken without a penalty`;
    case 'missed': {
      const missed = step.heard
        ? `missed with ${grouped(step.outstanding)} still out`
        : 'missed at once: its thread did not wait for the notice';
      return `${asked}; ${returned}; ${missed}; ${penaltyText(step)}`;
    }
  }
}

function whyAsked(step: NoticeStep): string {
  if (step.cause === 'shrink') return ' since its guarantee had shrunk';
  const reasons: Record<string, string> = {
    expiry: ' since its contract had expired',
    turn: ' since it was its turn',
  };
  const why = reasons[step.cause] ?? '';
  return `${why}${forWhom(step)}`;
}

/** The tasks that the frames were for. */
export function forWhom({ wanted }: NoticeStep): string {
  if (wanted.length === 0) return '';
  return ` for ${wanted.map(({ task, frames: count }) => `${task} (${grouped(count)})`).join(', ')}`;
}

function penaltyText({ penalty, taken, takenWritten }: NoticeStep): string {
  if (penalty === 'kill') return 'penalty: killed';
  if (penalty === 'none' || penalty === '') return 'penalty: none, the miss is counted';
  const written = takenWritten > 0 ? `, ${grouped(takenWritten)} of them written to` : '';
  const how = penalty === 'drop' ? ', all it held' : penalty === 'karma' ? ', and bad karma' : '';
  return `penalty: ${frames(taken)} taken${written}${how}`;
}

/** Notices for the same tasks, all met. */
export function noticesText(alike: readonly NoticeStep[], clock: Clock): string {
  const asked = alike.reduce((sum, one) => sum + one.asked, 0);
  const names = alike[0].wanted.map(({ task }) => task).join(', ');
  const why = names === '' ? '' : ` for ${names}`;
  const last = timeOfTicks(alike[alike.length - 1].to, clock);
  return (
    `asked ${times(alike.length)} for ${frames(asked)} in all${why}, the last back at ${last}; ` +
    'returned all in time'
  );
}

export function frames(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'frame' : 'frames'}`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${grouped(count)} times`;
}
