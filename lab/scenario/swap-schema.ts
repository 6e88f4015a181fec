/** The key `swap` of scenarios: the layers that swapped pages go through. docs/scenarios.md */

import { z } from 'zod';
import { faultsSchema } from './faults.ts';
import { frames, pages, timeSchema } from './value-schemas.ts';

/** Layers one above the other, and in all. */
export const DEPTH_MAX = 8;

const diskSchema = z.strictObject({
  layer: z.literal('disk'),
  device: z.string().min(1).optional(),
  blocks: pages.optional(),
  blocksMax: pages.optional(),
  grow: z.int().min(1).max(65536).optional(),
  cluster: z.int().min(1).max(1024).optional(),
  fixed: z.boolean().optional(),
  cacheBlocks: z.int().min(0).max(65536).optional(),
  faults: faultsSchema.optional(),
});

const remoteSchema = z.strictObject({
  layer: z.literal('remote'),
  latency: timeSchema.optional(),
  jitter: timeSchema.optional(),
  bytesPerSecond: z.int().min(1000).max(1e12).optional(),
  loss: z.number().min(0).max(0.9).optional(),
  timeout: timeSchema.optional(),
  tries: z.int().min(1).max(16).optional(),
});

interface LayersDocument extends Array<LayerDocument> {}

export type LayerDocument =
  | z.infer<typeof diskSchema>
  | z.infer<typeof remoteSchema>
  | { layer: 'waiting'; frames: number; low?: number; writers?: number }
  | { layer: 'compressed'; frames: number; framesMin?: number }
  | { layer: 'deduplicating' | 'encrypting' }
  | { layer: 'mirrored'; sides: [LayersDocument, LayersDocument] }
  | { layer: 'tiered'; upper: LayersDocument; pages: number; low?: number };

const layersSchema: z.ZodType<LayersDocument> = z.lazy(() =>
  z.array(layerSchema).min(1).max(DEPTH_MAX),
) as never;

const layerSchema = z.discriminatedUnion('layer', [
  z.strictObject({
    layer: z.literal('waiting'),
    frames,
    low: frames.optional(),
    writers: z.int().min(1).max(64).optional(),
  }),
  z.strictObject({ layer: z.literal('compressed'), frames, framesMin: frames.optional() }),
  z.strictObject({ layer: z.literal('deduplicating') }),
  z.strictObject({ layer: z.literal('encrypting') }),
  z.strictObject({ layer: z.literal('mirrored'), sides: z.tuple([layersSchema, layersSchema]) }),
  z.strictObject({
    layer: z.literal('tiered'),
    upper: layersSchema,
    pages,
    low: pages.optional(),
  }),
  remoteSchema,
  diskSchema,
]);

/** Pages on swap. */
export const quotaSchema = z
  .int()
  .min(0)
  .max(2 ** 24);

export const swapSchema = z.strictObject({
  layers: layersSchema,
  /** Pages that a task may have on swap. */
  quota: quotaSchema.optional(),
  /** The swap server's own contract, for the frames that its layers keep pages in. */
  memory: z.strictObject({ guaranteed: frames, extra: z.int().min(0).default(0) }).optional(),
});

export type SwapDocument = z.infer<typeof swapSchema>;
