/** Contract records: what befell a contract (events.ts), as a line of an event log. */

import { z } from 'zod';
import type { ContractEvent } from './events.ts';

export const count = z.int().min(0);
export const task = z.string();
const contractStamp = { at: count, task };
const ofChild = { guaranteed: count, extra: count };

export const contractKinds = [
  z.strictObject({
    kind: z.literal('contract'),
    ...contractStamp,
    guaranteed: count,
    extra: count,
    until: count,
  }),
  z.strictObject({
    kind: z.literal('shrink'),
    ...contractStamp,
    guaranteed: count,
    until: count,
  }),
  z.strictObject({
    kind: z.literal('shrunk'),
    ...contractStamp,
    guaranteed: count,
    extra: count,
  }),
  z.strictObject({ kind: z.literal('renewal'), ...contractStamp, until: count }),
  z.strictObject({ kind: z.literal('expiry'), ...contractStamp, held: count }),
  z.strictObject({
    kind: z.literal('grant'),
    ...contractStamp,
    frames: count,
    extra: z.boolean(),
    waited: count,
  }),
  z.strictObject({
    kind: z.literal('charge'),
    ...contractStamp,
    frames: count,
    extra: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('refusal'), ...contractStamp, reason: z.string() }),
  z.strictObject({
    kind: z.literal('notice'),
    ...contractStamp,
    frames: count,
    deadline: count,
    cause: z.string(),
    clean: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('return'),
    ...contractStamp,
    frames: count,
    outstanding: count,
    late: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('met'), ...contractStamp }),
  z.strictObject({ kind: z.literal('starving'), ...contractStamp, until: count }),
  z.strictObject({ kind: z.literal('writing'), ...contractStamp, until: count }),
  z.strictObject({ kind: z.literal('starved'), ...contractStamp, frames: count }),
  z.strictObject({ kind: z.literal('silent'), ...contractStamp, frames: count }),
  z.strictObject({
    kind: z.literal('enough'),
    ...contractStamp,
    returned: count,
    outstanding: count,
  }),
  z.strictObject({
    kind: z.literal('missed'),
    ...contractStamp,
    returned: count,
    outstanding: count,
    heard: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('penalty'),
    ...contractStamp,
    penalty: z.string(),
    frames: count,
  }),
  z.strictObject({ kind: z.literal('lockExpired'), ...contractStamp }),
  z.strictObject({ kind: z.literal('wait'), ...contractStamp, frames: count }),
  z.strictObject({
    kind: z.literal('loss'),
    ...contractStamp,
    frames: count,
    modified: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('death'), ...contractStamp, frames: count, locked: count }),
  z.strictObject({ kind: z.literal('split'), ...contractStamp, ...ofChild, left: count }),
  z.strictObject({ kind: z.literal('use'), ...contractStamp, ...ofChild, shared: count }),
  z.strictObject({ kind: z.literal('fold'), ...contractStamp, ...ofChild, left: count }),
  z.strictObject({ kind: z.literal('childEnd'), ...contractStamp, held: count }),
  z.strictObject({
    kind: z.literal('cleanSpent'),
    ...contractStamp,
    outstanding: count,
    until: count,
  }),
  z.strictObject({ kind: z.literal('claim'), ...contractStamp, frames: count }),
  z.strictObject({
    kind: z.literal('diskContract'),
    ...contractStamp,
    period: count,
    slice: count,
    until: count,
  }),
  z.strictObject({
    kind: z.literal('diskRefusal'),
    ...contractStamp,
    period: count,
    slice: count,
  }),
  z.strictObject({ kind: z.literal('diskExpiry'), ...contractStamp, slice: count }),
  z.strictObject({
    kind: z.literal('policy'),
    ...contractStamp,
    what: z.enum(['takes over', 'is gone']),
  }),
  z.strictObject({
    kind: z.literal('pressure'),
    ...contractStamp,
    allocated: count,
    refaults: count,
    workingSet: count,
    stalled: count,
    available: count,
    damping: z.int(),
    some: z.tuple([count, count, count]),
    full: z.tuple([count, count, count]),
  }),
] as const;

export const contractEventSchema = z.discriminatedUnion('kind', [
  ...contractKinds,
]) satisfies z.ZodType<ContractEvent>;
