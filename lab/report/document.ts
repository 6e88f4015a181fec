/**
 * Results document: what `--json` prints. Its schema, and how a comparison becomes one.
 *
 * No wall time and no path is in it, and its keys stand in fixed order: the same seed gives the
 * same bytes. Units of every field: docs/results.md.
 */

import { z } from 'zod';
import { machineLabel } from '../../sim-hw/costs/index.ts';
import type { Comparison } from '../compare/compare.ts';
import { diskNames, processorNames, superpageNames } from '../measures.ts';
import type { TaskResult, ThreadResult, TimeNs, Totals } from '../results.ts';

/** Rises when a field changes its meaning or goes. */
export const DOCUMENT_VERSION = 1;

const count = z.int().min(0);
const ns = count.nullable();

const timeNsSchema = z.strictObject({
  program: count,
  translation: count,
  trap: count,
  message: count,
  scan: count,
  zero: count,
  ioWait: count,
  cpuWait: count,
  rest: count,
});

const diskCounts = {
  diskBlocksRead: count.optional(),
  diskBlocksWritten: count.optional(),
  diskSliceNs: count.optional(),
  diskSlackNs: count.optional(),
  diskLaxNs: count.optional(),
  diskWaitNs: count.optional(),
  diskWaitNsMost: count.optional(),
  diskOverruns: count.optional(),
};

const superpageCounts = {
  tlbWalks: count.optional(),
  promotions: count.optional(),
  demotions: count.optional(),
  reservations: count.optional(),
  reservationsBroken: count.optional(),
};

/** What is counted of a task in any stretch of time. */
const counts = {
  references: count,
  faults: count,
  compulsoryFaults: count,
  hardFaults: count,
  softFaults: count,
  lostFaults: count,
  regeneratedFaults: count,
  pageIns: count,
  pageOuts: count,
  revocationsMet: count,
  revocationsMissed: count,
  messages: count,
  stallNs: count,
  framesMean: z.number().min(0),
};

const measures = {
  ...counts,
  stallNs: ns,
  revocationsPartly: count,
  virtualNs: ns,
  timeNs: timeNsSchema.nullable(),
  faultNsMean: z.number().min(0).nullable(),
  faultNsP99: ns,
  framesMax: count,
  slowdown: z.number().min(0).nullable(),
};

const processorsSchema = z.strictObject({
  consistency: z.enum(['interrupt', 'tick', 'tolerate']),
  shootdowns: count,
  interrupted: count,
  shotPages: count,
  shootdownNs: count,
  respondNs: count,
  leftToTick: count,
  staleHits: count,
  staleWrites: count,
  leftToReturn: count,
  lazyDrops: count,
  rises: count,
  cpus: z.array(
    z.strictObject({
      program: count,
      translation: count,
      trap: count,
      message: count,
      scan: count,
      zero: count,
      interrupted: count,
      heldUp: count,
      idle: count,
    }),
  ),
});

export const documentSchema = z.strictObject({
  version: z.literal(DOCUMENT_VERSION),
  scenario: z.string(),
  seed: count,
  machine: z.string(),
  rows: z.array(
    z.strictObject({
      management: z.string(),
      frames: z.int().min(1),
      sight: z.enum(['none', 'hardware', 'oracle', 'future', 'mixed']),
      tasks: z.array(
        z.strictObject({
          name: z.string(),
          ...measures,
          threads: z
            .array(
              z.strictObject({
                references: count,
                faults: count,
                stallNs: count,
                virtualNs: count,
                timeNs: timeNsSchema,
              }),
            )
            .optional(),
          foundMapped: count.optional(),
          charged: count.optional(),
          tableFramesMax: count.optional(),
          metadataBytesMax: count.optional(),
          operationNsP99: count.optional(),
          windows: z
            .record(z.string(), z.strictObject({ ...counts, diskBlocks: count.optional() }))
            .optional(),
          ...superpageCounts,
          ...diskCounts,
        }),
      ),
      totals: z.strictObject({
        ...measures,
        jain: z.number().min(0).max(1).nullable(),
        damage: count.optional(),
        shootdowns: count.optional(),
        interrupted: count.optional(),
        shootdownNs: count.optional(),
        staleWrites: count.optional(),
      }),
      processors: processorsSchema.optional(),
      damage: z.array(z.string()).optional(),
      swap: z
        .array(
          z.strictObject({
            name: z.string(),
            counts: z.record(z.string(), count),
            note: z.string().optional(),
          }),
        )
        .optional(),
    }),
  ),
  oracles: z.array(
    z.strictObject({ name: z.string(), checks: count, violations: z.array(z.string()) }),
  ),
});

export type ResultsDocument = z.infer<typeof documentSchema>;

const timeKeys = Object.keys(timeNsSchema.shape) as (keyof TimeNs)[];
const measureKeys = Object.keys(measures) as (keyof typeof measures)[];

type Optional =
  | (typeof superpageNames)[number]
  | (typeof diskNames)[number]
  | (typeof processorNames)[number];

function pairOf(
  of: { readonly [K in Optional]?: number | undefined },
  name: Optional,
): [string, number][] {
  const value = of[name];
  return value === undefined ? [] : [[name, value]];
}

/** The document of a comparison. */
export function documentOf({ loaded, rows, oracles }: Comparison): ResultsDocument {
  const { costs, pageTable, tlb, device } = loaded.machine;
  return {
    version: DOCUMENT_VERSION,
    scenario: loaded.name,
    seed: loaded.seed,
    machine: machineLabel(costs, pageTable, tlb, device, loaded.machine.figures),
    rows: rows.map(({ management, frames, sight, tasks, totals, damage, swap, processors }) => ({
      management,
      frames,
      sight: sight as ResultsDocument['rows'][number]['sight'],
      tasks: tasks.map((task) => ({
        name: task.name,
        ...measured(task),
        ...(task.charged !== undefined && { charged: task.charged }),
        ...(task.metadataBytesMax !== undefined && { metadataBytesMax: task.metadataBytesMax }),
        ...(task.operationNsP99 !== undefined && { operationNsP99: task.operationNsP99 }),
        ...(task.tableFramesMax !== undefined && { tableFramesMax: task.tableFramesMax }),
        ...(task.windows !== undefined && { windows: task.windows }),
        ...(task.threads !== undefined && { threads: task.threads.map(threadOf) }),
        ...(task.foundMapped !== undefined && { foundMapped: task.foundMapped }),
        ...Object.fromEntries(
          [...superpageNames, ...diskNames].flatMap((name) => pairOf(task, name)),
        ),
      })),
      totals: {
        ...measured(totals),
        jain: totals.jain,
        ...(totals.damage !== undefined && { damage: totals.damage }),
        ...Object.fromEntries(processorNames.flatMap((name) => pairOf(totals, name))),
      },
      ...(damage !== undefined && { damage }),
      ...(swap !== undefined && { swap }),
      ...(processors !== undefined && {
        processors: processors as ResultsDocument['rows'][number]['processors'],
      }),
    })),
    oracles: oracles.map(({ name, checks, violations }) => ({ name, checks, violations })),
  };
}

/** The document as text: one line, ended by a newline. */
export function documentText(document: ResultsDocument): string {
  return `${JSON.stringify(document)}\n`;
}

function measured(of: TaskResult | Totals): Omit<TaskResult, 'name'> {
  const entries = measureKeys.map((key) => [key, key === 'timeNs' ? timed(of.timeNs) : of[key]]);
  return Object.fromEntries(entries) as Omit<TaskResult, 'name'>;
}

function threadOf({ timeNs, ...thread }: ThreadResult): ThreadResult {
  return { ...thread, timeNs: timed(timeNs) as TimeNs };
}

function timed(timeNs: TimeNs | null): TimeNs | null {
  if (timeNs === null) return null;
  return Object.fromEntries(timeKeys.map((key) => [key, timeNs[key]])) as unknown as TimeNs;
}
