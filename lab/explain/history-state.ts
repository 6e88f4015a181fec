/** The state of a history, and how a step comes to it: the sum of all steps is what the task holds. */

import type { HistoryStep, NoticeStep, Span } from './history-step.ts';

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

/** The obligation that runs, if one does. */
export function openNotice({ notice }: History): NoticeStep | null {
  return notice?.outcome === 'open' ? notice : null;
}

export function span({ held }: History, at: number): Span {
  return { from: at, to: at, frames: 0, held };
}

export function add<Step extends HistoryStep>({ steps }: History, step: Step): Step {
  steps.push(step);
  return step;
}

/** Frames come or go: in the step, and in what is held since. */
export function change(history: History, step: HistoryStep, at: number, frames: number): void {
  history.held += frames;
  step.frames += frames;
  step.held = history.held;
  step.to = at;
}
