/** Oracles: what must hold in every run. See docs/oracles.md. */

export type { Findings } from './findings.ts';
export { attachOracles, findingsOf, type Oracles, oracleResults, sweep } from './oracles.ts';
export type { OracleView } from './view.ts';
