/** Programs that a scenario file may describe: how they are generated is for clients/programs/. */

import { z } from 'zod';
import { type TextbookName, textbookStrings } from '../../clients/programs/index.ts';
import { PAGES_MAX } from '../../sim-hw/references.ts';
import { fraction, PAUSE_NS_MAX, pages, REGENERATE_NS_MAX, references } from './value-schemas.ts';

/** Rests so long after every so many references. */
const pauseSchema = z.strictObject({
  every: references,
  ns: z.int().min(1).max(PAUSE_NS_MAX),
});

export const programSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('loop'),
    pages,
    rounds: z.int().min(1),
    stride: z.int().min(1).max(4096).optional(),
    write: fraction.default(0),
    pause: pauseSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('trace-l'),
    references: references.default(20_000),
    scale: z.int().min(1).max(1000).default(1),
  }),
  z.strictObject({
    kind: z.literal('join'),
    outer: pages,
    inner: pages,
    block: pages,
    rows: z.int().min(1).max(1000).default(4),
  }),
  z.strictObject({
    kind: z.literal('phases'),
    phases: z.array(z.strictObject({ pages, references })).min(1).max(64),
    rounds: z.int().min(1).max(10_000).default(1),
    write: fraction.default(0),
  }),
  z.strictObject({
    kind: z.literal('textbook'),
    string: z.enum(Object.keys(textbookStrings) as TextbookName[]),
  }),
  z.strictObject({
    kind: z.literal('matrix'),
    rows: z.int().min(1).max(8192),
    columns: z.int().min(1).max(8192),
    elementBytes: z.int().min(1).max(4096).default(8),
    along: z.enum(['rows', 'columns']),
  }),
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
    kind: z.literal('scan'),
    pages,
    scans: z.int().min(1).max(1_000_000),
    /** Pages of one, no more than there are. */
    length: pages,
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
    kind: z.literal('database'),
    table: pages,
    index: pages,
    rounds: z.int().min(1).max(10_000),
    lookups: references,
    buildNs: z.int().min(0).max(REGENERATE_NS_MAX).default(0),
  }),
  z.strictObject({
    kind: z.literal('decoder'),
    pictures: z.int().min(1).max(100_000),
    scratch: pages,
    tables: pages,
    picture: pages,
    kept: z.int().min(1).max(1000),
    workNs: z.int().min(0).max(REGENERATE_NS_MAX).default(0),
  }),
  z.strictObject({
    kind: z.literal('collector'),
    pages,
    collections: z.int().min(1).max(10_000),
    first: fraction.default(1),
    nursery: pages,
    survive: fraction.default(0.1),
    live: fraction.default(0.25),
    reads: z.int().min(0).max(100).default(1),
    workNs: z.int().min(0).max(REGENERATE_NS_MAX).default(0),
    flush: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('hog'),
    pages,
    step: pages,
    hold: z.int().min(0).max(1_000_000).default(0),
    restNs: z.int().min(0).max(PAUSE_NS_MAX).default(0),
  }),
]);
/** Kinds of programs that say what is garbage. */
export const garbageKinds: readonly string[] = ['collector', 'database', 'decoder'];

export type ProgramDescription = z.infer<typeof programSchema>;
