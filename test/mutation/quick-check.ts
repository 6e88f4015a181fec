/**
 * fast-check with fewer runs, for mutants: `test/mutation/vitest.config.ts` puts it in the place of
 * fast-check. A mutant is met by many tests; a property of hundreds of runs is too slow to be run for
 * each. Those of a hundred or fewer stay: they count what they have seen.
 */

import { createRequire } from 'node:module';
import type fastCheck from 'fast-check';

const RUNS_MAX = 100;
// By `require`: the import would lead back here.
const original = createRequire(import.meta.url)('fast-check').default as typeof fastCheck;

const assertQuickly = (property: never, { numRuns = 100, ...rest } = {}) =>
  original.assert(property, { ...rest, numRuns: Math.min(numRuns, RUNS_MAX) });

export default { ...original, assert: assertQuickly };
