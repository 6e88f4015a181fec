/** Conformance of external pagers: what others may use of it. */

export { loadPager } from './load-pager.ts';
export { type CaseResult, conformanceText, runConformance } from './run.ts';
