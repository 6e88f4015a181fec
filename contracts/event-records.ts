/**
 * Event records: the lines of an event log (`--events`, `--log`), each a JSON object. A reader can
 * check every line with `eventRecordSchema`.
 *
 *   run              first line: what was run, and how it counts time
 *   contract events  what befell a contract: contract-records.ts
 *   step events      with --events-all, every protocol step: step-records.ts
 *
 * `at` is on the clock of terms, which counts references where the scenario does; `ns` is virtual
 * time. `page` is the dense id that messages and blocks speak of, `number` the program's own number
 * of that page. Pages and frames of step events are single words; a page of 2 MiB is one page.
 *
 * Left out: changes of a mapping that stays (protect, allowWrite), looks at hardware bits, and
 * references, of which a run has millions.
 */

import { z } from 'zod';
import { contractKinds, count, task } from './contract-records.ts';
import type { ContractEvent } from './events.ts';
import { type StepEvent, stepKinds } from './step-records.ts';
import { penalties } from './terms.ts';

/** Rises when a field changes its meaning or goes. */
export const EVENT_LOG_VERSION = 1;

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

export const runHeaderSchema = runSchema;

/** Any line of an event log. */
export const eventRecordSchema = z.discriminatedUnion('kind', [
  runSchema,
  ...contractKinds,
  ...stepKinds,
]);

export type RunHeader = z.infer<typeof runSchema>;
/** What a run tells as it goes: contract events, and step events if they are asked for. */
export type RunEvent = ContractEvent | StepEvent;
export type EventRecord = z.infer<typeof eventRecordSchema>;
