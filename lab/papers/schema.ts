/**
 * Paper schema: what a scenario under lab/scenarios/papers/ says of the experiment it repeats: where
 * it was published, what was measured there, what it comes to here, and how far apart they may be.
 */

import { z } from 'zod';
import { numberOf, parseMeasured } from './expression.ts';

/** What is measured by other means than running the scenario (probes.ts). */
const probeNames = [
  'buffer-transfer',
  'external-faults',
  'fork',
  'inclusion',
  'shadow-chains',
  'thrashing',
  'tlb-reach',
  'working-set',
  'vm-primitives',
] as const;
export type ProbeName = (typeof probeNames)[number];

const text = z.string().min(1).max(400);

/** Read in the source, recalled from it, worked out by programs of their own, or a shape alone. */
const markSchema = z.enum(['published', 'recalled', 'computed', 'shape']);
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
    /** Not one more, not one less. */
    exact: z.literal(true).optional(),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: 'is empty, expected one of ratio, within, above, below, exact; name one',
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
export type FigureDocument = z.infer<typeof figureSchema> & { readonly of?: Point };

/** The series that a figure is a point of, and which. */
export interface Point {
  readonly series: string;
  readonly at: number;
}

/** What stands in an expression for the point of a series. */
const POINT = '{at}';

/** Figures that differ in one number: memory sizes, windows. A line of a published table. */
const seriesSchema = z
  .strictObject({
    what: text,
    at: z.array(z.int().min(0)).min(1).max(32),
    published: z.array(z.number()).min(1).max(32),
    simulated: expressionText(
      (given) => given.includes(POINT) && parseMeasured(pointed(given, 1)) !== undefined,
      `one such as run:contracts.task.faults@${POINT}`,
    ),
    mark: markSchema.optional(),
    tolerance: toleranceSchema,
  })
  .refine(({ at, published }) => at.length === published.length, {
    path: ['published'],
    error: 'is of another length than `at`, expected a figure for each; correct it',
  });

function pointed(expression: string, at: number): string {
  return expression.replaceAll(POINT, String(at));
}

const idSchema = z.string().regex(/^[LM]-(E\d+|T\d+\.\d+)[a-z]?$/, {
  error: 'is no id, expected one such as L-E12; correct it',
});

const paperShape = z.strictObject({
  id: idSchema,
  /** Experiments of another list that it is as well. */
  also: z.array(idSchema).max(8).default([]),
  what: text,
  source: text,
  mark: markSchema.default('published'),
  /** Constants that were chosen, and on which figure. */
  calibrated: z.array(text).max(16).default([]),
  probe: z.enum(probeNames).optional(),
  /** The scenario is run once for each, with these values put in; absent: once, as it stands. */
  runs: z
    .record(
      z.string().regex(/^[a-z][\w-]*$/i),
      z.strictObject({ set: z.record(z.string(), z.unknown()).default({}) }),
    )
    .optional(),
  figures: z.array(figureSchema).max(32).default([]),
  series: z.array(seriesSchema).max(32).default([]),
});

export const paperSchema = paperShape.refine(
  ({ figures, series }) => figures.length + series.length > 0,
  { path: ['figures'], error: 'is empty and so is `series`, expected a figure; add one' },
);
export type PaperDocument = z.infer<typeof paperSchema>;

/** All figures of a paper, those of its series point by point. */
export function figuresOf({ figures, series }: PaperDocument): FigureDocument[] {
  const points = series.flatMap(({ what, at, published, simulated, mark, tolerance }) =>
    at.map((point, index) => ({
      what: `${what}, ${point}`,
      published: published[index] as number,
      simulated: pointed(simulated, point),
      ...(mark !== undefined && { mark }),
      tolerance,
      calibrated: false,
      of: { series: what, at: point },
    })),
  );
  return [...figures, ...points];
}
