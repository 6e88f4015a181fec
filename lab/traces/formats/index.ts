/**
 * The formats of traces, in the order in which detection tries them. To add one: a file with a
 * `TraceFormat` here (spc.ts is a short one to copy), a line below, a sample in
 * test/lab/traces/formats/samples.ts, which the tests of damage then use.
 */

import { arcLis } from './arc-lis.ts';
import { champsim } from './champsim.ts';
import { csv } from './csv.ts';
import { damon } from './damon.ts';
import { drmemtrace } from './drmemtrace.ts';
import type { TraceFormat } from './format.ts';
import { lackey } from './lackey.ts';
import { msrCambridge } from './msr-cambridge.ts';
import { oracleGeneral } from './oracle-general.ts';
import { pages } from './pages.ts';
import { perfFaults } from './perf-faults.ts';
import { perfMemory } from './perf-memory.ts';
import { spc } from './spc.ts';

export type {
  FormatOptions,
  RecordFormat,
  TextFormat,
  TraceFormat,
  TraceParser,
} from './format.ts';

export const traceFormats: readonly TraceFormat[] = [
  lackey,
  pages,
  arcLis,
  msrCambridge,
  spc,
  drmemtrace,
  perfFaults,
  perfMemory,
  damon,
  csv,
  oracleGeneral,
  champsim,
];
