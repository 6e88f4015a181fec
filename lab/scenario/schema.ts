/**
 * Scenario schema: what a scenario file may say, as zod reads it. docs/scenarios.md explains it to
 * authors; `npx leasehold` turns each issue into file, line, column and what was expected.
 *
 * No transforms here, so that `z.toJSONSchema(scenarioSchema, { io: 'input' })` serves editors.
 * What a single value cannot tell (guarantees above memory, unknown names) is for `check.ts`.
 */

import { z } from 'zod';
import { termsSchema } from '../../contracts/terms.ts';
import { PRIORITY_GREATEST, PRIORITY_LEAST } from '../../paging/priorities.ts';
import { PAGES_MAX } from '../../sim-hw/references.ts';

/** References of a generated program: bounds its memory. */
const REFERENCES_MAX = 1 << 27;
const SEED_MAX = Number.MAX_SAFE_INTEGER;
/** One second for one page: more is a mistake. */
const REGENERATE_NS_MAX = 1_000_000_000;
/** An hour. */
const PAUSE_NS_MAX = 3_600_000_000_000;

const frames = z.int().min(1).max(PAGES_MAX);
const pages = z.int().min(1).max(PAGES_MAX);
const references = z.int().min(1).max(REFERENCES_MAX);
const fraction = z.number().min(0).max(1);
const name = z.string().min(1).max(60);

/** A moment or a length on the clock of terms; 0 needs no unit. */
const timeSchema = z.union([
  z.literal(0),
  z.strictObject({
    ns: z.int().min(0).optional(),
    us: z.number().min(0).optional(),
    ms: z.number().min(0).optional(),
    s: z.number().min(0).optional(),
    references: z.int().min(0).optional(),
  }),
]);
export type Time = z.infer<typeof timeSchema>;

/** Frames, or a share of memory. */
const quantitySchema = z.union([
  z.int().min(0).max(PAGES_MAX),
  z.string().regex(/^(100|\d{1,2}(\.\d+)?)\s?%$/),
]);
export type Quantity = z.infer<typeof quantitySchema>;

/** Rests so long after every so many references. */
const pauseSchema = z.strictObject({
  every: references,
  ns: z.int().min(1).max(PAUSE_NS_MAX),
});

const programSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('loop'),
    pages,
    rounds: z.int().min(1),
    stride: z.int().min(1).max(4096).optional(),
    write: fraction.default(0),
    pause: pauseSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('trace-l'), references: references.default(20_000) }),
  z.strictObject({
    kind: z.literal('pages'),
    pages: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 36 - 1),
      )
      .min(1),
    write: fraction.default(0),
  }),
  z.strictObject({
    kind: z.literal('zipf'),
    pages,
    references,
    alpha: z.number().min(0).max(4).multipleOf(0.25).default(1),
    write: fraction.default(0),
    pause: pauseSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('random'),
    pages,
    references,
    write: fraction.default(0),
    pause: pauseSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('cache'),
    objects: pages,
    pages: z.int().min(1).max(1024),
    lookups: references,
    /** 0: as many as there are objects, each in pages of its own. */
    lines: z.int().min(0).max(PAGES_MAX).default(0),
    alpha: z.number().min(0).max(4).multipleOf(0.25).default(1),
    lookupNs: z.int().min(0).max(REGENERATE_NS_MAX).default(0),
    buildNs: z.int().min(0).max(REGENERATE_NS_MAX).default(0),
  }),
  z.strictObject({
    kind: z.literal('hog'),
    pages,
    step: pages,
    hold: z.int().min(0).max(1_000_000).default(0),
    restNs: z.int().min(0).max(PAUSE_NS_MAX).default(0),
  }),
]);
export type ProgramDescription = z.infer<typeof programSchema>;

const policySchema = z.union([z.string().min(1), z.looseObject({ name: z.string().min(1) })]);

const scratchSchema = z.union([
  z.tuple([fraction, fraction]),
  z.strictObject({ pages: z.tuple([z.int().min(0), z.int().min(0)]) }),
]);

const taskSchema = z.strictObject({
  name,
  trace: z.string().min(1).optional(),
  program: programSchema.optional(),
  limit: z.int().min(1).optional(),
  policy: policySchema.default('clock'),
  contract: z
    .strictObject({
      guaranteed: quantitySchema.optional(),
      extra: quantitySchema.optional(),
      from: name.optional(),
      with: name.optional(),
    })
    .default({}),
  atEnd: z.enum(['exit', 'restart']).default('exit'),
  initial: z.enum(['zero', 'image']).default('zero'),
  pageSize: z.int().min(1).default(4096),
  scratch: z.array(scratchSchema).default([]),
  zeroFill: z.boolean().default(true),
  start: timeSchema.default(0),
  hostile: z
    .enum(['silent', 'deaf', 'hoarder', 'liar', 'greedy', 'wirer', 'flooder', 'recorder'])
    .optional(),
  renegotiate: z
    .array(
      z.strictObject({ at: z.int().min(1), guaranteed: quantitySchema, extra: quantitySchema }),
    )
    .default([]),
  renews: z.boolean().default(true),
  cpu: z.int().min(0).max(7).default(0),
  killAt: timeSchema.optional(),
  discardable: z.array(scratchSchema).default([]),
  regenerateNs: z.int().min(0).max(REGENERATE_NS_MAX).optional(),
  flushPages: z.int().min(0).max(PAGES_MAX).optional(),
  priorities: z
    .array(
      z.strictObject({
        pages: z.tuple([z.int().min(0), z.int().min(0)]),
        priority: z.int().min(PRIORITY_LEAST).max(PRIORITY_GREATEST),
      }),
    )
    .default([]),
  wired: z.array(scratchSchema).default([]),
  softReferences: z.boolean().default(false),
  marksUnused: z.boolean().default(false),
  budget: z.int().min(0).max(1e12).optional(),
  income: z.int().min(0).max(1e9).optional(),
  user: name.optional(),
  weight: z.int().min(1).max(1000).optional(),
  priority: z.int().min(-64).max(63).optional(),
  adapts: z.boolean().optional(),
});

const usersSchema = z
  .array(
    z.strictObject({
      name,
      guaranteed: quantitySchema.optional(),
      held: quantitySchema.optional(),
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
export const managementNames = [
  'contracts',
  'contracts-undefended',
  'contracts-equal',
  'mach',
  'global-clock',
  'global-lru',
] as const;
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
  }),
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
  managements: z
    .array(z.string())
    .min(1)
    .default(managementNames.filter((one) => one !== 'contracts-undefended')),
  /** Defences that `contracts-undefended` goes without (switches.ts). */
  undefended: z.array(z.string()).max(16).default([]),
  bounds: z.array(z.string()).default([...boundNames]),
  guarantees: z
    .strictObject({
      share: z.number().gt(0).max(1).default(0.75),
      from: z.enum(['curve', 'equal']).default('curve'),
    })
    .default({ share: 0.75, from: 'curve' }),
  tasks: z.array(taskSchema).min(1).max(64),
  /** What the scenario is there to show, checked by --expect. */
  expect: z
    .array(z.strictObject({ that: z.string().max(200), because: z.string().min(1).max(500) }))
    .max(100)
    .default([]),
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
