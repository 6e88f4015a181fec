/**
 * Scenario schema: what a scenario file may say, as zod reads it. docs/scenarios.md explains it to
 * authors; `npx leasehold` turns each issue into file, line, column and what was expected.
 *
 * No transforms here, so that `z.toJSONSchema(scenarioSchema, { io: 'input' })` serves editors.
 * What a single value cannot tell (guarantees above memory, unknown names) is for `check.ts`.
 */

import { z } from 'zod';
import { termsSchema } from '../../contracts/terms.ts';
import { costFigureNames } from '../../sim-hw/costs/index.ts';
import { PAGES_MAX } from '../../sim-hw/references.ts';
import { paperSchema } from '../papers/schema.ts';
import { centralNames } from '../run/centrals.ts';
import { centralSchema } from './check-central.ts';
import { externalPagersSchema } from './check-external-pagers.ts';
import { diskSchema } from './disk.ts';
import type { ManagementName } from './scenario.ts';
import { quotaSchema, swapSchema } from './swap-schema.ts';
import { taskSchema } from './task-schema.ts';
import { frames, name, quantitySchema, timeSchema } from './value-schemas.ts';

const SEED_MAX = Number.MAX_SAFE_INTEGER;

const usersSchema = z
  .array(
    z.strictObject({
      name,
      guaranteed: quantitySchema.optional(),
      held: quantitySchema.optional(),
      /** Pages of its tasks on swap. */
      swap: quotaSchema.optional(),
    }),
  )
  .max(64)
  .default([]);

/** A policy server (servers/policy/): quotas by user, and who takes over when. */
const policyServerSchema = z.strictObject({
  start: timeSchema.default(0),
  period: timeSchema.optional(),
  users: usersSchema,
  replaceAt: timeSchema.optional(),
  diesAt: timeSchema.optional(),
  successor: z.strictObject({ users: usersSchema }).optional(),
});

/** Managements a scenario may compare, and bounds printed beside them, in the table's order. */
export const managementNames: readonly ManagementName[] = [
  'contracts',
  'contracts-undefended',
  'contracts-equal',
  ...centralNames.flatMap((one) => (one === 'mach' ? [one, 'mach-undefended' as const] : [one])),
];
/** Those of a scenario that names none. */
const USUAL = ['contracts', 'contracts-equal', 'mach', 'global-clock', 'global-lru'];
export const boundNames = ['optimal', 'unlimited'] as const;

export const scenarioSchema = z.strictObject({
  name,
  seed: z.int().min(0).max(SEED_MAX).default(1),
  machine: z.strictObject({
    costs: z.string().min(1).default('modern-nvme'),
    pageTable: z.string().min(1).optional(),
    tlb: z.string().min(1).optional(),
    device: z.string().min(1).optional(),
    frames: z.union([frames, z.array(frames).min(1).max(32)]),
    pagerFrames: z.enum(['counted', 'outside']).default('counted'),
    /** Figures of the cost profile that are others here. */
    figures: z.partialRecord(z.enum(costFigureNames), z.int().min(0).max(1e12)).optional(),
    fidelity: z.enum(['stamped', 'bytes']).default('stamped'),
    pageBytes: z
      .int()
      .min(1)
      .max(1 << 20)
      .optional(),
    erratum: z.boolean().optional(),
    drops: z.int().min(0).max(1024).optional(),
    cpus: z.int().min(1).max(64).default(1),
    /** What several CPUs do about each other's TLBs (nucleus/tlb-consistency.ts). */
    tlbConsistency: z.enum(['interrupt', 'tick', 'tolerate']).default('interrupt'),
  }),
  central: centralSchema.prefault({}),
  schedule: z.enum(['slices', 'lockstep']).default('slices'),
  slice: timeSchema.optional(),
  clock: z.enum(['ns', 'references']).default('ns'),
  spareFrames: z.int().min(0).max(PAGES_MAX).default(0),
  terms: z
    .strictObject({
      term: timeSchema.default(0),
      graceExtra: timeSchema.optional(),
      graceShrink: timeSchema.optional(),
      penalty: termsSchema.shape.penalty,
      arbiter: termsSchema.shape.arbiter,
      karmaBad: termsSchema.shape.karmaBad,
      karmaWindow: termsSchema.shape.karmaWindow,
      starvationMax: timeSchema.optional(),
      wiredMax: z.number().min(0).max(1).optional(),
      wiredTimeMax: timeSchema.optional(),
      price: termsSchema.shape.price,
      softMax: termsSchema.shape.softMax,
      moveEvery: timeSchema.optional(),
      metadataMax: termsSchema.shape.metadataMax,
      chargePageTables: termsSchema.shape.chargePageTables,
      graceClean: timeSchema.optional(),
      idleTax: termsSchema.shape.idleTax,
      idleSamples: termsSchema.shape.idleSamples,
      arbiterPeriod: timeSchema.optional(),
      placeholders: termsSchema.shape.placeholders,
      writeMax: timeSchema.optional(),
      reclaimBatch: termsSchema.shape.reclaimBatch,
    })
    .prefault({}),
  managements: z.array(z.string()).min(1).default(USUAL),
  /** Defences that `contracts-undefended` and `mach-undefended` go without (switches.ts). */
  undefended: z.array(z.string()).max(16).default([]),
  bounds: z.array(z.string()).default([...boundNames]),
  guarantees: z
    .strictObject({
      share: z.number().gt(0).max(1).default(0.75),
      from: z.enum(['curve', 'equal']).default('curve'),
    })
    .default({ share: 0.75, from: 'curve' }),
  tasks: z.array(taskSchema).min(1).max(64),
  /** Frames are moved, one after so long on average, and all of memory defragmented now and then. */
  relocate: z.strictObject({ every: timeSchema }).optional(),
  /** Under contracts: memory servers behind one another, the machine's own included. */
  memoryServers: z.strictObject({ depth: z.int().min(1).max(4) }).default({ depth: 1 }),
  /** Layers that swapped pages go through (servers/swap/stack/). */
  swap: swapSchema.optional(),
  /** Servers that tasks read pages from, in memory that they lend them (servers/archive/). */
  archives: z
    .array(
      z.strictObject({
        name,
        lock: timeSchema.optional(),
        hostile: z.enum(['sitter']).optional(),
      }),
    )
    .max(8)
    .default([]),
  /** One device for swap and files, its time under contract (servers/disk/). */
  disk: diskSchema.optional(),
  /** File servers (servers/file/): tasks read from them as from archives. */
  files: z
    .array(
      z.strictObject({
        name,
        lock: timeSchema.optional(),
        cache: z
          .strictObject({
            guaranteed: z.int().min(0).max(PAGES_MAX).default(0),
            extra: z.int().min(0).max(PAGES_MAX).default(0),
            protected: z.number().min(0).max(1).default(0.5),
            filter: z.boolean().default(false),
          })
          .optional(),
        /** Buffers for reading ahead, and for what is written behind. */
        ahead: z.int().min(0).max(512).default(0),
        behind: z.int().min(0).max(512).default(0),
        flushAfter: timeSchema.optional(),
        diesAt: timeSchema.optional(),
      }),
    )
    .max(8)
    .default([]),
  /** Under contracts and Mach: pagers between tasks and swap (servers/swap/external-pager.ts). */
  externalPagers: externalPagersSchema,
  /** What the scenario is there to show, checked by --expect. */
  expect: z
    .array(z.strictObject({ that: z.string().max(200), because: z.string().min(1).max(500) }))
    .max(100)
    .default([]),
  /** The published experiment that it repeats (lab/papers/). */
  paper: paperSchema.optional(),
  policyServer: policyServerSchema.optional(),
  /** Stretches of time in which each task is counted apart, by name. */
  windows: z
    .record(
      z.string().regex(/^[a-z][\w-]*$/i),
      z.strictObject({ from: timeSchema, to: timeSchema }),
    )
    .default({}),
});

export type ScenarioDocument = z.infer<typeof scenarioSchema>;
export type TaskDocument = ScenarioDocument['tasks'][number];
