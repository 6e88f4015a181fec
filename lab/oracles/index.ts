/** Oracles: what must hold in every run. See docs/oracles.md. */

export { createFindings, type Findings, resultOf, violate } from './findings.ts';
export { attachOracles, findingsOf, type Oracles, oracleResults, sweep } from './oracles.ts';
export type { OracleView, SwapView, WatchedTask } from './view.ts';
