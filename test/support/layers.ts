/**
 * The layers, as data: which folder may import which, and what no file of it may use. A folder that
 * is not in the table may not exist as a layer. Rules are tried in order of length of their path,
 * so that the most particular one counts.
 */

export interface Layer {
  /** Folder, or file without its extension. */
  readonly path: string;
  /** Folders or files that it may import, its own folder apart. */
  readonly imports: readonly string[];
  /** Packages it may import. */
  readonly packages: readonly string[];
  /** May its files import node:*? True only for host files. */
  readonly host: boolean;
}

const belowPaging = ['contracts', 'nucleus'];
const storage = ['sim-hw/devices', 'sim-hw/contents', 'sim-hw/random', 'sim-hw/assert'];
const machineFacts = ['sim-hw/assert', 'sim-hw/references', 'sim-hw/page-table/format'];

function layer(path: string, imports: readonly string[], packages: readonly string[] = []): Layer {
  return { path, imports, packages, host: false };
}

function host(path: string, imports: readonly string[], packages: readonly string[] = []): Layer {
  return { path, imports, packages, host: true };
}

const all = ['sim-hw', 'nucleus', 'contracts', 'paging', 'servers', 'clients'];

export const layers: readonly Layer[] = [
  layer('sim-hw', []),
  layer('nucleus', ['sim-hw']),
  layer('contracts', [], ['zod', 'rxjs']),
  layer('paging', [...belowPaging, ...machineFacts]),
  // A server knows the machine by the face of its frames and devices, and no other server.
  layer('servers/memory', [...belowPaging, 'sim-hw/frames', 'sim-hw/shape'], ['rxjs']),
  layer('servers/swap', [...belowPaging, ...storage], ['rxjs', '@noble/ciphers']),
  layer('servers/disk', [...belowPaging, ...storage, 'sim-hw/shape'], ['rxjs']),
  layer('servers/file', [...belowPaging, ...storage, 'sim-hw/bitmaps', 'sim-hw/shape'], ['rxjs']),
  layer('servers/archive', [...belowPaging, ...storage], ['rxjs']),
  layer('servers/policy', [...belowPaging, 'sim-hw/shape'], ['rxjs']),
  layer('servers/central', [...belowPaging, 'paging', 'sim-hw/assert'], ['rxjs']),
  // Mach's virtual memory stands on the machine itself: its pmap is over page-table formats.
  layer('servers/central/mach/vm', [
    'sim-hw/assert',
    'sim-hw/contents',
    'sim-hw/costs/profile',
    'sim-hw/frames',
    'sim-hw/page-table/format',
  ]),
  // What it says to pagers, and they to it, goes through the nucleus.
  layer('servers/central/mach/emmi', [
    ...belowPaging,
    'servers/central/mach/vm',
    'sim-hw/assert',
    'sim-hw/contents',
    'sim-hw/page-table/format',
  ]),
  layer('clients', [...belowPaging, 'paging', ...machineFacts], ['rxjs']),
  layer('clients/programs', ['sim-hw/references', 'sim-hw/random', 'sim-hw/assert']),
  // A policy runs in a browser unchanged: it imports what it is written against, and orders of pages.
  layer('clients/policies', [
    'contracts/policy',
    'contracts/page-lists',
    'contracts/page-ring',
    'contracts/page-heap',
  ]),
  layer('lab', all, ['zod', 'rxjs', 'yaml']),
  host('lab/compare/helpers', all),
  host('lab/compare/pool', all, ['zod']),
  host('lab/compare/sparing-pool', all),
  host('lab/compare/trace-worker', all),
  host('lab/compare/worker', all, ['zod', 'rxjs']),
  host('lab/compare/worker-port', all),
  host('lab/compare/worker-thread', all),
  host('lab/curves/lru-parts', all),
  host('lab/curves/lru-part-worker', all),
  layer('lab/curves/plot', all, ['@observablehq/plot', 'linkedom']),
  host('lab/curves/choices', all, ['zod']),
  host('lab/explain/read-log', all, ['zod']),
  host('lab/kernels/modules', all),
  host('lab/scenario/load', all, ['zod', 'yaml']),
  host('lab/users-module', all, ['zod']),
  host('lab/traces', [
    ...all,
    'lab/bounds',
    'lab/grouped',
    'lab/kernels/kernel',
    'lab/kernels/run-window',
  ]),
  host('lab/traces/trace-info', [
    ...all,
    'lab/bounds',
    'lab/bytes-text',
    'lab/curves/windows',
    'lab/grouped',
  ]),
  layer('lab/traces/compact-encode', all),
  layer('lab/traces/compact-decode', [...all, 'lab/kernels/run-window']),
  layer('lab/traces/compact-layout', all),
  layer('lab/traces/compact-reader', all),
  layer('lab/traces/compact-runs', all),
  layer('lab/traces/block-requests', all),
  layer('lab/traces/compact-copy', all),
  layer('lab/traces/csv-encode', all),
  layer('lab/traces/cut-trace', all),
  layer('lab/traces/detect-format', all),
  layer('lab/traces/filter-trace', all),
  layer('lab/traces/formats', ['sim-hw/references', 'lab/traces', 'lab/kernels']),
  layer('lab/traces/mix-traces', all),
  layer('lab/traces/oracle-general-encode', [...all, 'lab/bounds']),
  layer('lab/traces/page-index', all),
  layer('lab/traces/records', all),
  layer('lab/traces/reference-log', all),
  layer('lab/traces/sample-trace', all),
  layer('lab/traces/sampler', all),
  layer('lab/traces/text-fields', all),
  layer('lab/traces/text-lines', all),
  layer('lab/traces/thin-out', all),
  layer('lab/traces/trace-reader', all),
];

/** Folders that the table is about. */
export const layered = [...all, 'lab'];

/** Below the lab one seed decides everything, on every engine. */
export const forbiddenBelowLab: readonly [pattern: RegExp, why: string][] = [
  [/\bMath\.random\b/, 'chance comes from sim-hw/random.ts'],
  [/\bDate\b/, 'no wall clock'],
  [/\bperformance\b/, 'no wall clock'],
  [/\bset(?:Timeout|Interval|Immediate)\b/, 'no timers'],
  [/\bqueueMicrotask\b/, 'no timers'],
  [/\bMath\.(?:log\w*|pow|exp\w*|sin\w*|cos\w*|tan\w*|cbrt|hypot)\b/, 'differs between engines'],
  [/\*\*(?!=?\s*\d)/, 'a power differs between engines unless both sides are literals'],
];
