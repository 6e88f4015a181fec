/** Traces of real programs: read, convert, describe, record (README.md). Host side: node:*. */

export { type ReadOptions, readTrace } from './read-trace.ts';
export { type RecordOptions, recordTrace } from './record-trace.ts';
export { TRACE_FORMATS, type Trace, TraceError, type TraceFormat } from './trace.ts';
export { formatTraceInfo, type TraceInfo, traceInfo } from './trace-info.ts';
export { type ConvertOptions, convertTrace, writeCompact } from './write-compact.ts';
