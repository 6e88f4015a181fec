/** Traces of real programs: read, convert, describe, record (README.md). Host side: node:*. */

export { formatNames } from './detect-format.ts';
export { traceFormats } from './formats/index.ts';
export { type ReadOptions, readTrace, streamTrace, type TraceSummary } from './read-trace.ts';
export { type RecordOptions, recordTrace } from './record-trace.ts';
export type { RunSink } from './reference-log.ts';
export { type Trace, TraceError } from './trace.ts';
export { formatTraceInfo, type TraceInfo, traceInfo } from './trace-info.ts';
export { type ConvertOptions, convertTrace, writeCompact } from './write-compact.ts';
