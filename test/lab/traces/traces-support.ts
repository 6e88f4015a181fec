/** What the tests of traces share: a scratch folder, traces from references, their text. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll } from 'vitest';
import { addReference, createReferenceLog, traceOfLog } from '../../../lab/traces/reference-log.ts';
import { type Trace, TraceError } from '../../../lab/traces/trace.ts';
import { kindOfRun, lengthOfRun, pageOfRun } from '../../../sim-hw/references.ts';

/** One reference: true page number and kind. */
export type Reference = readonly [page: number, kind: number];

/** A folder that lives as long as the test file; returns a function that names a file in it. */
export function scratch(): (name: string) => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leasehold-traces-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

export async function put(file: string, content: string | Uint8Array): Promise<string> {
  await writeFile(file, content);
  return file;
}

export function traceOf(references: readonly Reference[], origin = 'a test'): Trace {
  const log = createReferenceLog('test', {});
  for (const [page, kind] of references) {
    addReference(log, page | 0, Math.floor(page / 2 ** 32), kind);
  }
  return traceOfLog(log, origin, 'lackey');
}

/** The references of a trace, one by one: the plain reading that everything is compared with. */
export function referencesIn(trace: Trace): Reference[] {
  const references: Reference[] = [];
  for (const run of trace.runs) {
    for (let i = 0; i < lengthOfRun(run); i++) {
      references.push([trace.pageNumbers[pageOfRun(run)], kindOfRun(run)]);
    }
  }
  return references;
}

export function lackeyTextOf(references: readonly Reference[]): string {
  const address = (page: number): string =>
    (BigInt(page) * 4096n + 8n).toString(16).padStart(8, '0');
  return references
    .map(([page, kind]) => `${[' L', ' S', 'I '][kind]} ${address(page)},4\n`)
    .join('');
}

export function pageTextOf(references: readonly Reference[]): string {
  return references.map(([page, kind]) => `${'rwf'[kind]} ${page}\n`).join('');
}

/** Few pages and repeats, so that runs form; some pages at the far end of 52 bits. */
export const referenceStrings: fc.Arbitrary<Reference[]> = fc
  .array(
    fc.record({
      page: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 20 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 32 }) },
        { weight: 1, arbitrary: fc.integer({ min: 2 ** 52 - 9, max: 2 ** 52 - 1 }) },
      ),
      kind: fc.integer({ min: 0, max: 2 }),
      times: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 60, max: 140 })),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((bursts) =>
    bursts.flatMap(({ page, kind, times }) =>
      Array.from({ length: times }, () => [page, kind] as const),
    ),
  );

/** The message of the TraceError that `work` must throw: always one line. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TraceError))
    throw new Error(`expected a TraceError, got ${String(error)}`);
  if (/[\r\n]/.test(error.message)) throw new Error(`not one line: ${error.message}`);
  return error.message;
}
