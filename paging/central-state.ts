/**
 * What a pager for all tasks keeps beside the engine's own state, where its management takes pages
 * from tasks without giving them up, and stops tasks (contracts/central-management.ts).
 */

/**
 * Of a member: it runs; it is to be stopped as soon as it is ready; it has been stopped; it waits in a
 * fault that is not answered meanwhile.
 */
export const RUNS = 0;
export const STOPPING = 1;
export const STOPPED = 2;
export const STOPPED_IN_FAULT = 3;

export interface CentralState {
  /** By page: 1 where it has been taken from its task and is in its frame still. */
  readonly unmapped: Uint8Array;
  /** By member. */
  readonly suspended: Uint8Array;
  /** Members that go on once the management's call is over. */
  readonly resuming: number[];
  /** Member whose fault is being served, or -1. */
  faulting: number;
  /** Once in so many ticks of the clock of terms the management is called, or 0. */
  readonly period: number;
  /** Times that a page came back by a soft fault, that one was written to stay, that a task stopped. */
  rescues: number;
  cleanings: number;
  suspensions: number;
}

export function createCentralState(pages: number, members: number, period: number): CentralState {
  return {
    unmapped: new Uint8Array(pages),
    suspended: new Uint8Array(members),
    resuming: [],
    faulting: -1,
    period,
    rescues: 0,
    cleanings: 0,
    suspensions: 0,
  };
}
