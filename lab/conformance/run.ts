/** Runs a pager through the cases, and prints what it came to. */

import type { PagerModule } from '../../servers/central/mach/emmi/pager.ts';
import { conformanceCases } from './cases.ts';

export interface CaseResult {
  readonly rule: string;
  readonly expected: string;
  readonly passed: boolean;
  /** What was found instead, or an empty text. */
  readonly found: string;
}

export function runConformance(pager: PagerModule): CaseResult[] {
  return conformanceCases.map(({ rule, expected, find }) => {
    const found = findingOf(() => find(pager));
    return { rule, expected, passed: found === undefined, found: found ?? '' };
  });
}

/** The results as a table, and in how many cases the pager did as it should. */
export function conformanceText({ name, summary }: PagerModule, results: CaseResult[]): string {
  const lines = results.map(({ rule, expected, passed, found }) => {
    const line = `${passed ? 'passed' : 'FAILED'}  ${rule.padEnd(7)} ${expected}`;
    return passed ? line : `${line}\n${' '.repeat(16)}found: ${found}`;
  });
  const passed = results.filter((result) => result.passed).length;
  const end = `${passed} of ${results.length} cases passed; what a rule says: contracts/SPEC.md`;
  return [`pager ${name}: ${summary}`, ...lines, end].join('\n');
}

/** Whatever a pager throws is laid at its door. */
function findingOf(find: () => string | undefined): string | undefined {
  try {
    return find();
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.split('\n')[0] as string;
  }
}
