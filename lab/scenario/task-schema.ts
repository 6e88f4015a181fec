/** What a scenario file may say of a task. */

import { z } from 'zod';
import { hostileTasks } from '../../clients/hostile/hostile.ts';
import { readingHints } from '../../contracts/messages.ts';
import { PRIORITY_GREATEST, PRIORITY_LEAST } from '../../paging/priorities.ts';
import { PAGES_MAX } from '../../sim-hw/references.ts';
import { streamsSchema, taskDiskSchema } from './disk.ts';
import { programSchema } from './program-schema.ts';
import { fraction, name, quantitySchema, REGENERATE_NS_MAX, timeSchema } from './value-schemas.ts';

const policySchema = z.union([z.string().min(1), z.looseObject({ name: z.string().min(1) })]);

const scratchSchema = z.union([
  z.tuple([fraction, fraction]),
  z.strictObject({ pages: z.tuple([z.int().min(0), z.int().min(0)]) }),
]);

export const taskSchema = z.strictObject({
  name,
  trace: z.string().min(1).optional(),
  program: programSchema.optional(),
  limit: z.int().min(1).optional(),
  /** Programs that run in its address space beside the first (nucleus/threads.ts). */
  threads: z
    .array(
      z.strictObject({
        trace: z.string().min(1).optional(),
        program: programSchema.optional(),
        limit: z.int().min(1).optional(),
      }),
    )
    .min(1)
    .max(63)
    .optional(),
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
  hostile: z.enum(hostileTasks).optional(),
  renegotiate: z
    .array(
      z.strictObject({ at: z.int().min(1), guaranteed: quantitySchema, extra: quantitySchema }),
    )
    .default([]),
  renews: z.boolean().default(true),
  /** The memory server that it deals with: 1 is the machine's own. */
  memoryServer: z.int().min(1).optional(),
  cpu: z.int().min(0).max(7).default(0),
  killAt: timeSchema.optional(),
  operation: z.int().min(1).max(1e6).optional(),
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
  dropsGarbage: z.boolean().default(true),
  marksUnused: z.boolean().default(false),
  superpages: z
    .strictObject({
      sizes: z.array(z.int().min(1)).min(1).max(8).optional(),
      apart: z.boolean().default(false),
    })
    .optional(),
  budget: z.int().min(0).max(1e12).optional(),
  income: z.int().min(0).max(1e9).optional(),
  reads: z
    .strictObject({
      pages: z.tuple([z.int().min(0), z.int().min(0)]),
      from: z.array(name).min(1).max(8),
      window: z.int().min(1).max(1024).default(4),
      lockMax: timeSchema.optional(),
      /** What the program writes there goes back to the file. */
      writes: z.boolean().default(false),
      hint: z.enum(readingHints).default('none'),
    })
    .optional(),
  disk: taskDiskSchema.optional(),
  streams: streamsSchema.optional(),
  user: name.optional(),
  weight: z.int().min(1).max(1000).optional(),
  priority: z.int().min(-64).max(63).optional(),
  adapts: z.boolean().optional(),
  /** Under contracts: its pager's records are paged too, by a final pager of so many frames. */
  finalPager: z.strictObject({ frames: z.int().min(1).max(64).default(2) }).optional(),
});
