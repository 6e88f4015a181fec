/** Traces of real programs: read, convert, describe, record (README.md). Host side: node:*. */

export { cutTrace } from './cut-trace.ts';
export { formatNames } from './detect-format.ts';
export { filterTrace } from './filter-trace.ts';
export { traceFormats } from './formats/index.ts';
export { mixTraces, splitTrace } from './mix-traces.ts';
export { type ReadOptions, readTrace, streamTrace, type TraceSummary } from './read-trace.ts';
export { type RecordOptions, recordTrace } from './record-trace.ts';
export type { RunSink } from './reference-log.ts';
export { sampleTrace } from './sample-trace.ts';
export { type Trace, TraceError } from './trace.ts';
export { formatTraceInfo, type TraceInfo, traceInfo } from './trace-info.ts';
export {
  type ConvertOptions,
  convertTrace,
  requireOutput,
  WRITTEN_FORMATS,
  type WrittenTrace,
  writeCompact,
  writeTrace,
} from './write-trace.ts';
