import { afterEach, expect, test } from 'vitest';
import { startOracleGeneral } from '../../../lab/kernels/oracle-general.ts';
import { oracleGeneral } from '../../../lab/traces/formats/oracle-general.ts';
import { traceOfLog } from '../../../lab/traces/reference-log.ts';
import { TraceError } from '../../../lab/traces/trace.ts';
import { createTraceReader, endTrace, pushTrace } from '../../../lab/traces/trace-reader.ts';
import { createRandom, nextBelow, type RandomState } from '../../../sim-hw/random.ts';

const RECORD_BYTES = 24;
/** Records enough at a time for the kernel, and several times as many as it takes at once. */
const RECORDS = 2000;
const RECORDS_MANY = 40_000;
const NEVER = [-1n, 2n ** 63n - 1n];
/** Damaged files; as in test/lab/traces/damage.test.ts. */
const MUTATIONS = Number(process.env.TRACE_MUTATIONS ?? 200);
const setting = process.env.LEASEHOLD_KERNELS;

afterEach(() => {
  if (setting === undefined) delete process.env.LEASEHOLD_KERNELS;
  else process.env.LEASEHOLD_KERNELS = setting;
});

/** Uses of objects in bursts; `idOf` names them. Next uses are those of any later record, or none. */
function drawnRecords(
  random: RandomState,
  records: number,
  objects: number,
  idOf: (object: number) => bigint,
): Uint8Array {
  const bytes = new Uint8Array(records * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  let id = idOf(0);
  for (let use = 1; use <= records; use++) {
    const at = (use - 1) * RECORD_BYTES;
    if (nextBelow(random, 20) !== 0) id = idOf(nextBelow(random, objects));
    else
      for (let n = nextBelow(random, 3); n > 0; n--)
        id = idOf(nextBelow(random, Math.min(3, objects)));
    view.setUint32(at, use, true);
    view.setBigUint64(at + 4, id, true);
    view.setUint32(at + 12, 4096, true);
    const next =
      nextBelow(random, 3) === 0
        ? NEVER[nextBelow(random, 2)]
        : BigInt(use + 1 + nextBelow(random, 999));
    view.setBigInt64(at + 16, next, true);
  }
  return bytes;
}

/** All that reading gives: the trace, or the refusal and what the log held when it came. */
function outcome(bytes: Uint8Array, cuts: readonly number[], limit: number | undefined) {
  const reader = createTraceReader('t', { format: oracleGeneral, ...(limit && { limit }) });
  let refused = '';
  try {
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      pushTrace(reader, bytes.slice(from, cut));
      from = cut;
    }
    endTrace(reader);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    refused = error.message;
  }
  return { refused, trace: refused === '' ? traceOfLog(reader.log, '', '') : undefined };
}

function expectTwins(bytes: Uint8Array, cuts: readonly number[] = [], limit?: number) {
  process.env.LEASEHOLD_KERNELS = 'off';
  const twin = outcome(bytes, cuts, limit);
  process.env.LEASEHOLD_KERNELS = 'on';
  expect(outcome(bytes, cuts, limit)).toEqual(twin);
  return twin;
}

test('there is a kernel', () => {
  expect(startOracleGeneral()).not.toBe(null);
});

test.each([
  ['few objects', 4, BigInt],
  [
    'ids of 64 bits',
    500,
    (object: number) => BigInt.asUintN(64, BigInt(object) * (2n ** 61n - 1n)),
  ],
  [
    'ids that begin with the last one there is',
    50,
    (object: number) => 2n ** 64n - 1n - BigInt(object),
  ],
  ['more objects than it has places for at first', 30_000, (object: number) => BigInt(object * 7)],
] as const)('[POL18] %s: runs, pages and records of its twin', (_, objects, idOf) => {
  const random = createRandom(objects);
  for (let n = 0; n < 6; n++) {
    const bytes = drawnRecords(random, n === 0 ? RECORDS_MANY : RECORDS, objects, idOf);
    const cuts = [0, 1, 2].map(() => nextBelow(random, bytes.length)).sort((a, b) => a - b);
    expect(expectTwins(bytes, cuts).refused).toBe('');
    expectTwins(bytes, [], 1 + nextBelow(random, bytes.length / RECORD_BYTES));
  }
});

test('[POL18] places are made eight times as many, twice, and those who had one keep it', () => {
  const random = createRandom(11);
  expectTwins(drawnRecords(random, 200_000, 150_000, (object) => BigInt(object * 3)));
});

test('[POL18] one object all along: full runs', () => {
  const { trace } = expectTwins(drawnRecords(createRandom(1), 10_000, 1, BigInt), [100_000]);
  expect(trace?.runs.length).toBe(Math.ceil(10_000 / 64));
});

test('[POL18] damaged records: the same refusal of the same record', () => {
  const random = createRandom(12);
  let refused = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    const bytes = drawnRecords(random, RECORDS, 300, BigInt);
    const at = nextBelow(random, bytes.length - 8);
    if (n % 2 === 0) bytes[at] ^= 1 << nextBelow(random, 8);
    else bytes.fill(nextBelow(random, 2) === 0 ? 255 : 0, at, at + 8);
    if (expectTwins(bytes).refused !== '') refused++;
  }
  expect(refused).toBeGreaterThan(MUTATIONS / 10);
}, 600_000);
