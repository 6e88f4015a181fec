/** What a naive policy returns. */

/** Faults and, in order, the pages evicted. */
export interface NaiveRun {
  faults: number;
  victims: number[];
}
