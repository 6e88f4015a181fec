/** Why a task holds what it holds: an event log read back. `read-log.ts` is host side. */

export { EXPLANATION_VERSION, type Explanation, explain } from './explanation.ts';
export { historyOf } from './history.ts';
export type { History } from './history-state.ts';
export type { HistoryStep, NoticeStep } from './history-step.ts';
export { type EventLog, isCentral, leasedRows, readEventLog } from './read-log.ts';
export { explanationText } from './text.ts';
