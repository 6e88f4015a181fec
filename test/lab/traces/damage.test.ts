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
import { createRandom, nextBelow, type RandomState } from '../../../sim-hw/random.ts';
import { lengthOfRun } from '../../../sim-hw/references.ts';
import { damonTraced, samples } from './formats/samples.ts';

const MUTATIONS = Number(process.env.TRACE_MUTATIONS ?? 600);
const SEED = 20261122;
/** References wanted, so runs that a damaged file may ask for. */
const LIMIT = 100_000;
const ABSURD = ['0', '99999999999999999999', '4294967296', '9007199254740991', 'ffffffffffffffff'];
const all = [...samples, damonTraced];

describe.each(all.map((sample, i) => ({ ...sample, i })))(
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

function mutated(random: RandomState, bytes: Uint8Array): Uint8Array {
  let result: Uint8Array = bytes.slice();
  for (let times = 1 + nextBelow(random, 3); times > 0; times--)
    result = damagedOnce(random, result);
  return result;
}

function damagedOnce(random: RandomState, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const at = nextBelow(random, bytes.length);
  const to = at + nextBelow(random, Math.min(64, bytes.length - at));
  switch (nextBelow(random, 7)) {
    case 0:
      bytes[at] ^= 1 << nextBelow(random, 8);
      return bytes;
    case 1:
      bytes[at] = nextBelow(random, 256);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 4:
      return joined(bytes.subarray(0, to), bytes.subarray(at));
    case 5: {
      const other = all[nextBelow(random, all.length)].bytes;
      const from = nextBelow(random, other.length);
      return joined(bytes.subarray(0, at), other.subarray(from), bytes.subarray(to));
    }
    default:
      return withAbsurdNumber(random, bytes, at);
  }
}

/** The number that begins at or after `at` becomes another; in binary, eight bytes become 255. */
function withAbsurdNumber(random: RandomState, bytes: Uint8Array, at: number): Uint8Array {
  const digit = (byte: number): boolean => byte >= 48 && byte <= 57;
  let from = at;
  while (from < bytes.length && !digit(bytes[from])) from++;
  if (from === bytes.length || bytes.includes(0)) return bytes.fill(255, at, at + 8);
  let to = from;
  while (digit(bytes[to])) to++;
  const number = new TextEncoder().encode(ABSURD[nextBelow(random, ABSURD.length)]);
  return joined(bytes.subarray(0, from), number, bytes.subarray(to));
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return joined(...Array.from({ length: times }, () => bytes));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
