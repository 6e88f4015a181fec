/** Findings: what one oracle has checked, and what it has found wrong. */

import { termNow } from '../../nucleus/clock.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { OracleResult } from '../results.ts';

/** Violations kept word by word; further ones are only counted. */
const KEPT = 10;

export interface Findings {
  readonly name: string;
  /** Rules of contracts/SPEC.md that the oracle watches. */
  readonly rules: readonly string[];
  checks: number;
  /** One line each, the first ten. */
  readonly violations: string[];
  found: number;
}

export function createFindings(name: string, rules: readonly string[]): Findings {
  return { name, rules, checks: 0, violations: [], found: 0 };
}

/** Records that `rule` is broken: for `task` (-1: nobody's), at `page` of it (-1: none). */
export function violate(
  findings: Findings,
  kernel: Kernel,
  rule: string,
  task: number,
  page: number,
  what: string,
): void {
  findings.found++;
  if (findings.violations.length >= KEPT) return;
  const whose = task < 0 ? '' : ` task ${kernel.state.tasks[task]?.name ?? task}`;
  const which = page < 0 ? '' : ` page ${page}`;
  const when = kernel.state.countsReferences
    ? `reference ${termNow(kernel)}`
    : `${kernel.state.nowNs} ns`;
  findings.violations.push(`[${rule}]${whose}${which} at ${when}: ${what}`);
}

export function resultOf(findings: Findings): OracleResult {
  const { name, checks, violations, found } = findings;
  const more = found > violations.length ? [`and ${found - violations.length} more`] : [];
  return { name, checks, violations: [...violations, ...more], found };
}
