/**
 * Event records: the lines of an event log (`--events`, `--log`), each a JSON object. A reader can
 * check every line with `eventRecordSchema`.
 *
 *   run              first line: what was run, and how it counts time
 *   contract events  what befell a contract: events.ts
 *   step events      with --events-all: every protocol step
 *
 * `at` is on the clock of terms, which counts references where the scenario does; `ns` is virtual
 * time. `page` is the dense id that messages and blocks speak of, `number` the program's own number
 * of that page. Pages and frames of step events are single words; a page of 2 MiB is one page.
 *
 * Left out: changes of a mapping that stays (protect, allowWrite), looks at hardware bits, and
 * references, of which a run has millions.
 */

import { z } from 'zod';
import type { ContractEvent } from './events.ts';
import { penalties } from './terms.ts';

/** Rises when a field changes its meaning or goes. */
export const EVENT_LOG_VERSION = 1;

const count = z.int().min(0);
const task = z.string();
const contractStamp = { at: count, task };
const ofChild = { guaranteed: count, extra: count };

/** What the log is of. */
const runSchema = z.strictObject({
  kind: z.literal('run'),
  version: z.literal(EVENT_LOG_VERSION),
  scenario: z.string(),
  management: z.string(),
  frames: count,
  seed: count,
  clock: z.enum(['ns', 'references']),
  /** Whether the log holds step events too. */
  steps: z.boolean(),
  terms: z.strictObject({
    term: count,
    graceExtra: count,
    graceShrink: count,
    penalty: z.enum(penalties),
  }),
  tasks: z.array(task),
});

const contractKinds = [
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

const stepStamp = { at: count, ns: count };
const ofTask = { ...stepStamp, task };
const ofPage = { ...ofTask, page: count, number: count };

const stepKinds = [
  /** Put under way. `along`: a capability came with it; not `valid`: malformed, as some lie. */
  z.strictObject({
    kind: z.literal('message'),
    ...stepStamp,
    op: z.string(),
    from: task,
    to: task,
    account: task,
    fields: z.record(z.string(), z.number()),
    along: z.boolean(),
    valid: z.boolean(),
  }),
  /** `task` stopped at a page; `pager` is told. `mapped`: it may read the page, not write. */
  z.strictObject({
    kind: z.literal('fault'),
    ...ofPage,
    pager: task,
    access: z.enum(['read', 'write', 'fetch']),
    mapped: z.boolean(),
  }),
  /** The fault is over. `first`: the page had never been touched. */
  z.strictObject({
    kind: z.literal('settled'),
    ...ofPage,
    how: z.enum(['hard', 'soft', 'lost']),
    first: z.boolean(),
    stallNs: count,
  }),
  z.strictObject({ kind: z.literal('map'), ...ofPage, frame: count, writable: z.boolean() }),
  z.strictObject({
    kind: z.literal('unmap'),
    ...ofPage,
    frame: count,
    referenced: z.boolean(),
    modified: z.boolean(),
  }),
  /** A run of 2^order frames came into the hands of `task`, or left them. */
  z.strictObject({ kind: z.literal('hold'), ...ofTask, frame: count, order: count }),
  z.strictObject({
    kind: z.literal('release'),
    ...ofTask,
    frame: count,
    order: count,
    cause: z.enum(['returned', 'taken', 'inherited', 'reclaimed']),
  }),
  /** The server moved a run of the task's, with its contents and mapping, to `into`. */
  z.strictObject({ kind: z.literal('move'), ...ofTask, frame: count, order: count, into: count }),
  /** A device is done with operation `word` of the server `to`. */
  z.strictObject({
    kind: z.literal('device'),
    ...stepStamp,
    to: task,
    word: count,
    account: task,
  }),
  /** It moved data through a window onto `frame`; a completion without this moved nothing. */
  z.strictObject({
    kind: z.literal('transfer'),
    ...stepStamp,
    holder: task,
    window: count,
    frame: count,
  }),
  z.strictObject({ kind: z.literal('timer'), ...stepStamp, to: task, word: count, account: task }),
  z.strictObject({ kind: z.literal('start'), ...ofTask }),
  /** The program is over, or was killed; its mappings are gone by now. */
  z.strictObject({ kind: z.literal('end'), ...ofTask, killed: z.boolean() }),
] as const;

export const runHeaderSchema = runSchema;
export const contractEventSchema = z.discriminatedUnion('kind', [
  ...contractKinds,
]) satisfies z.ZodType<ContractEvent>;
export const stepEventSchema = z.discriminatedUnion('kind', [...stepKinds]);

/** Any line of an event log. */
export const eventRecordSchema = z.discriminatedUnion('kind', [
  runSchema,
  ...contractKinds,
  ...stepKinds,
]);

export type RunHeader = z.infer<typeof runSchema>;
export type StepEvent = z.infer<typeof stepEventSchema>;
/** What a run tells as it goes: contract events, and step events if they are asked for. */
export type RunEvent = ContractEvent | StepEvent;
export type EventRecord = z.infer<typeof eventRecordSchema>;
