/**
 * Steps: a small run taken apart, decision by decision, for a lecture.
 *
 * The scheduler is stepped by hand; after each decision the pagers' page words and the tasks'
 * counters are compared with what they were. Nothing in the run knows that it is watched, so what
 * is shown is what any run does. Work grows with decisions times pages: for small runs.
 */

import { stepKernel } from '../../nucleus/scheduler.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { RESIDENT } from '../../paging/page-word.ts';
import type { PagerState } from '../../paging/state.ts';
import type { CellResult } from '../results.ts';
import { boot, type World } from '../run/boot.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { collect } from '../run/collect.ts';

export type StepRecord =
  | { readonly kind: 'in' | 'out'; readonly task: number; readonly page: number }
  | {
      readonly kind: 'fault';
      readonly task: number;
      readonly how: 'hard' | 'soft' | 'lost' | 'regenerated';
      readonly first: boolean;
    }
  /** References from..to of the task's own were executed. */
  | { readonly kind: 'run'; readonly task: number; readonly from: number; readonly to: number };

/** What was last seen of each task. */
interface Seen {
  readonly resident: Uint8Array;
  references: number;
  hard: number;
  soft: number;
  lost: number;
  regenerated: number;
  first: number;
}

/** Runs the cell to its end and returns all that happened, in order. */
export function runSteps(options: CellOptions): { result: CellResult; records: StepRecord[] } {
  const world = boot(options);
  const records: StepRecord[] = [];
  const seen = options.tasks.map(
    (task): Seen => ({
      resident: new Uint8Array(task.program.pageNumbers.length),
      references: 0,
      hard: 0,
      soft: 0,
      lost: 0,
      regenerated: 0,
      first: 0,
    }),
  );
  for (let going = true; going; ) {
    going = stepKernel(world.kernel);
    for (const at of seen.keys()) lookAtPages(world, at, seen[at], records);
    for (const at of seen.keys()) lookAtCounters(world, at, seen[at], records);
  }
  return { result: collect(world), records };
}

/** Pages that came and went. A decision delivers messages before it runs references. */
function lookAtPages(world: World, at: number, seen: Seen, records: StepRecord[]): void {
  const { kernel, central, clients } = world;
  const receiver = kernel.receivers[central > 0 ? central : clients[at]];
  const pager = receiver.state as PagerState;
  const base = pager.members[pager.memberOf[clients[at]]]?.base ?? 0;
  for (let page = 0; page < seen.resident.length; page++) {
    const now = pager.pageWord[base + page] & RESIDENT;
    if (now === seen.resident[page]) continue;
    seen.resident[page] = now;
    records.push({ kind: now === 0 ? 'out' : 'in', task: at, page });
  }
}

function lookAtCounters(world: World, at: number, seen: Seen, records: StepRecord[]): void {
  const task = world.kernel.state.tasks[world.clients[at]] as TaskState;
  const first = task.compulsoryFaults > seen.first;
  for (const how of ['hard', 'soft', 'lost', 'regenerated'] as const) {
    const count = task[`${how}Faults`];
    if (count > seen[how]) records.push({ kind: 'fault', task: at, how, first });
    seen[how] = count;
  }
  seen.first = task.compulsoryFaults;
  if (task.references > seen.references)
    records.push({ kind: 'run', task: at, from: seen.references, to: task.references });
  seen.references = task.references;
}
