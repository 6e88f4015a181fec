/** Steps of a history: what befell one task's frames, each with what it left held. */

export interface Wanted {
  readonly task: string;
  readonly frames: number;
}

export interface Span {
  /** First and last moment, on the clock of terms. */
  readonly from: number;
  to: number;
  /** By how much the frames held changed, and to what. */
  frames: number;
  held: number;
}

export type HistoryStep = Span &
  (
    | {
        readonly kind: 'contract';
        readonly guaranteed: number;
        readonly extra: number;
        /** 0: without end. */
        readonly until: number;
      }
    | { readonly kind: 'shrink'; readonly guaranteed: number; readonly until: number }
    | { readonly kind: 'shrunk'; readonly guaranteed: number; readonly extra: number }
    | { readonly kind: 'renewed'; times: number; until: number }
    | { readonly kind: 'expired' }
    | { readonly kind: 'granted'; times: number; readonly extra: boolean; waitedMost: number }
    | { readonly kind: 'returned'; times: number; readonly late: boolean }
    | NoticeStep
    | { readonly kind: 'taken'; readonly why: 'unused' | 'karma' }
    | { readonly kind: 'died' }
  );

export interface NoticeStep extends Span {
  readonly kind: 'notice';
  asked: number;
  deadline: number;
  readonly cause: string;
  /** It was for clean frames alone, and so many it then had not [REV26, REV27]. */
  readonly clean: boolean;
  notClean: number;
  readonly wanted: Wanted[];
  returned: number;
  /**
   * 'over': the task died before the deadline; 'enough': half was, under karma; 'starved': it had no
   * CPU up to the cap.
   */
  outcome: 'open' | 'met' | 'enough' | 'missed' | 'starved' | 'over';
  /** Still out when it was missed; false: its thread did not even hear the notice [REV4]. */
  outstanding: number;
  heard: boolean;
  penalty: string;
  taken: number;
  /** Frames taken that had been written to. */
  takenWritten: number;
}
