/** What may happen to a policy beside references: notices, drops, pinned pages, other numbers of frames. */

import fc from 'fast-check';
import type { Policy } from '../../contracts/policy.ts';
import { packRun, READ, WRITE } from '../../sim-hw/references.ts';
import { type Drive, drop, evict, startDrive, step } from './drive-policy.ts';

export const PAGES = 12;

/** Runs of one reference each. */
export function runsOf(pages: readonly number[], writes: readonly boolean[] = []): Uint32Array {
  return Uint32Array.from(pages, (page, index) => packRun(page, writes[index] ? WRITE : READ, 1));
}

const frameCounts = fc.integer({ min: 1, max: PAGES });

/** What may happen to a task between two references. */
export type Happening =
  | { kind: 'reference'; page: number; write: boolean }
  | { kind: 'drop'; page: number }
  | { kind: 'notice' }
  | { kind: 'frames'; frames: number }
  | { kind: 'pin'; page: number; pinned: boolean };

const page = fc.nat(PAGES - 1);
export const happenings = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('reference'), page, write: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop'), page }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('notice') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('frames'), frames: frameCounts }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pin'), page, pinned: fc.boolean() }) },
  ) as fc.Arbitrary<Happening>,
  { maxLength: 200, size: 'max' },
);

/** Lets one thing happen; `drive.view` complains through `evict` when the policy answers badly. */
export function happen(drive: Drive, happening: Happening, memory: { frames: number }): void {
  const { resident, pinned } = drive;
  if (happening.kind === 'reference') {
    // A page that can leave must exist when one has to: the pager sees to that.
    if (!canMakeRoom(drive, memory.frames)) pinned.fill(0);
    step(drive, memory.frames);
  } else if (happening.kind === 'drop') {
    if (resident[happening.page] === 1) drop(drive, happening.page);
  } else if (happening.kind === 'notice') {
    if (evictableCount(drive) > 0) evict(drive);
  } else if (happening.kind === 'frames') {
    memory.frames = happening.frames;
  } else {
    pinned[happening.page] = happening.pinned ? 1 : 0;
  }
}

function evictableCount({ resident, pinned }: Drive): number {
  return resident.reduce(
    (sum, held, index) => sum + (held === 1 && pinned[index] === 0 ? 1 : 0),
    0,
  );
}

function canMakeRoom(drive: Drive, frames: number): boolean {
  return evictableCount(drive) > drive.residentCount - frames;
}

export function startOf(policy: Policy, events: readonly Happening[]): Drive {
  const references = events.filter((event) => event.kind === 'reference');
  const runs = runsOf(
    references.map((event) => event.page),
    references.map((event) => event.write),
  );
  return startDrive(policy, runs, PAGES, { seed: 7, parameters: policy.parameters ?? {} });
}
