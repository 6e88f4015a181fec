/** Why a task holds what it holds: an event log read back. `read-log.ts` is host side. */

export { EXPLANATION_VERSION, type Explanation, explain } from './explanation.ts';
export { type History, type HistoryStep, historyOf } from './history.ts';
export { type EventLog, isCentral, leasedRows, readEventLog } from './read-log.ts';
export { explanationText } from './text.ts';
