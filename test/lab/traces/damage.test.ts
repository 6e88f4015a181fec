/**
 * Damaged traces: samples of every format with bits changed, parts cut out, doubled or exchanged
 * with other samples, numbers made absurd. Each ends in a trace of bounded size or in one line that
 * names the file. TRACE_MUTATIONS says how many a format (the full measure: 20000).
 */

import { describe, expect, test } from 'vitest';
import { traceFormats } from '../../../lab/traces/formats/index.ts';
import { type ReferenceLog, traceOfLog } from '../../../lab/traces/reference-log.ts';
import { TraceError } from '../../../lab/traces/trace.ts';
import { createTraceReader, endTrace, pushTrace } from '../../../lab/traces/trace-reader.ts';
import { createRandom, nextBelow } from '../../../sim-hw/random.ts';
import { lengthOfRun } from '../../../sim-hw/references.ts';
import { damageable, joined, mutated } from './damage.ts';

const MUTATIONS = Number(process.env.TRACE_MUTATIONS ?? 600);
const SEED = 20261122;
/** References wanted, so runs that a damaged file may ask for. */
const LIMIT = 100_000;

describe.each(damageable.map((sample, i) => ({ ...sample, i })))(
  '$format ($i)',
  ({ format, bytes, i }) => {
    test('damaged in many ways: a trace, or one line that says where', () => {
      const random = createRandom(SEED + i);
      const chosen = traceFormats.find(({ name }) => name === format);
      // Longer, so that damage falls into the middle and the format is past its first lines.
      const whole = chosen?.kind === 'records' ? bytes : repeated(bytes, 4);
      let refused = 0;
      for (let n = 0; n < MUTATIONS; n++) {
        const damaged = mutated(random, whole);
        const named = nextBelow(random, 2) === 0;
        const options = { limit: LIMIT, ...(named && chosen && { format: chosen }) };
        const message = outcome(damaged, options);
        if (message === undefined) continue;
        refused++;
        expect(message).toMatch(/^t(:\d+)?: .*expected .*; .+$/);
      }
      // Most damage shows; what does not is another valid trace.
      expect(refused).toBeGreaterThan(MUTATIONS / 10);
    }, 600_000);
  },
);

/** The refusal, or undefined for a trace; throws for anything else. */
function outcome(bytes: Uint8Array, options: object): string | undefined {
  const reader = createTraceReader('t', options);
  try {
    pushTrace(reader, bytes.subarray(0, bytes.length >> 1));
    pushTrace(reader, bytes.subarray(bytes.length >> 1));
    endTrace(reader);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    requireSmall(reader.log);
    return error.message;
  }
  requireSmall(reader.log);
  const { references, runs, pageNumbers, kinds } = traceOfLog(reader.log, '', '');
  let sum = 0;
  for (const run of runs) {
    sum += lengthOfRun(run);
    if (run >>> 8 >= pageNumbers.length) throw new Error('a run of a page that is not there');
  }
  expect(sum).toBe(references);
  expect(kinds[0] + kinds[1] + kinds[2]).toBe(references);
  return undefined;
}

function requireSmall(log: ReferenceLog): void {
  if (log.references > LIMIT || log.runs.length > 4 * LIMIT || log.index.pages > LIMIT)
    throw new Error(`${log.references} references in room for ${log.runs.length} runs`);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return joined(...Array.from({ length: times }, () => bytes));
}
