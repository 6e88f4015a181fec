/**
 * Paper schema: what a scenario under lab/scenarios/papers/ says of the experiment it repeats: where
 * it was published, what was measured there, what it comes to here, and how far apart they may be.
 */

import { z } from 'zod';
import { numberOf, parseMeasured } from './expression.ts';

const text = z.string().min(1).max(400);

/** Read in the source, recalled from it, or known as a shape only. */
const markSchema = z.enum(['published', 'recalled', 'shape']);
export type Mark = z.infer<typeof markSchema>;

/** How far the simulated figure may be from the published one; all that is named must hold. */
const toleranceSchema = z
  .strictObject({
    /** Share of the published figure: 0.2 is 20 %. */
    ratio: z.number().gt(0).optional(),
    /** Distance from it. */
    within: z.number().gt(0).optional(),
    above: z.number().optional(),
    below: z.number().optional(),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: 'is empty, expected one of ratio, within, above, below; name one',
  });
export type Tolerance = z.infer<typeof toleranceSchema>;

const expressionText = (isFit: (text: string) => boolean, expected: string) =>
  text.refine(isFit, { error: `is no measure, expected ${expected}; correct it` });

const figureSchema = z.strictObject({
  what: text,
  /** A number, or a quotient as the paper has it: `97.6 / 97.0`. */
  published: z.union([
    z.number(),
    expressionText((given) => numberOf(given) !== undefined, 'a / b'),
  ]),
  simulated: expressionText(
    (given) => parseMeasured(given) !== undefined,
    'one such as run:contracts.task.virtualNs / mach.task.virtualNs',
  ),
  mark: markSchema.optional(),
  /** Absent: it is told how far apart they are, and nothing is judged. */
  tolerance: toleranceSchema.optional(),
  /** A constant of the file was chosen so that this figure fits. */
  calibrated: z.boolean().default(false),
});
export type FigureDocument = z.infer<typeof figureSchema>;

export const paperSchema = z.strictObject({
  id: z.string().regex(/^[LM]-E\d+[a-z]?$/, {
    error: 'is no id, expected one such as L-E12; correct it',
  }),
  what: text,
  source: text,
  mark: markSchema.default('published'),
  /** Constants that were chosen, and on which figure. */
  calibrated: z.array(text).max(16).default([]),
  /** What is measured by speaking to the servers rather than by running tasks (probes.ts). */
  probe: z.enum(['buffer-transfer']).optional(),
  /** The scenario is run once for each, with these values put in; absent: once, as it stands. */
  runs: z
    .record(
      z.string().regex(/^[a-z][\w-]*$/i),
      z.strictObject({ set: z.record(z.string(), z.unknown()).default({}) }),
    )
    .optional(),
  figures: z.array(figureSchema).min(1).max(32),
});
export type PaperDocument = z.infer<typeof paperSchema>;
