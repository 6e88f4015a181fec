/**
 * Names: what capabilities to things of the server stand for. A capability names a place of its kind's
 * list and the generation of then; when the thing ends the generation rises, and all capabilities to
 * it are dead at once, wherever they have gone.
 *
 *   capability (kind, place, generation) --> value, if that is the place's generation
 */

import {
  addCapability,
  type CapabilityTable,
  removeCapability,
} from '../../../../nucleus/capabilities.ts';
import type { Kernel } from '../../../../nucleus/kernel.ts';
import { isOver, type TaskState } from '../../../../nucleus/tasks.ts';
import { NONE } from '../vm/index.ts';

/** By place. */
export interface Names {
  /** Number of the thing in the virtual memory, or NONE. */
  readonly values: number[];
  /** Task that has made it. */
  readonly owners: number[];
  readonly generations: number[];
}

export function createNames(): Names {
  return { values: [], owners: [], generations: [] };
}

/** Makes a thing and gives `to` a capability to it: first a place for that, then the thing. */
export function giveName<Refusal extends string>(
  kernel: Kernel,
  names: Names,
  kind: number,
  to: number,
  make: () => number | Refusal,
): { readonly slot: number; readonly place: number } | Refusal | undefined {
  const free = names.values.indexOf(NONE);
  const place = free < 0 ? names.values.length : free;
  const generation = names.generations[place] ?? 0;
  const slot = addCapability(tableOf(kernel, to), kind, place, generation);
  if (slot < 0) return undefined;
  const value = make();
  if (typeof value === 'string') {
    removeCapability(tableOf(kernel, to), slot);
    return value;
  }
  names.values[place] = value;
  names.owners[place] = to;
  names.generations[place] = generation;
  return { slot, place };
}

/** The place that the task's capability in `slot` names, or NONE. */
export function placeNamed(
  kernel: Kernel,
  names: Names,
  kind: number,
  task: number,
  slot: number,
): number {
  const table = tableOf(kernel, task);
  if (table.kind[slot] !== kind) return NONE;
  const place = table.object[slot] as number;
  return table.generation[slot] === names.generations[place] ? place : NONE;
}

/** The thing itself, or NONE. */
export function valueNamed(
  kernel: Kernel,
  names: Names,
  kind: number,
  task: number,
  slot: number,
): number {
  const place = placeNamed(kernel, names, kind, task, slot);
  return place === NONE ? NONE : names.values[place];
}

/** The thing has ended: every capability to it is dead. */
export function endName(names: Names, place: number): void {
  names.values[place] = NONE;
  names.generations[place]++;
}

/** Places of all things there are that `owner` has made. */
export function placesOwned({ values, owners }: Names, owner: number): number[] {
  return values.flatMap((value, place) =>
    value !== NONE && owners[place] === owner ? [place] : [],
  );
}

/** Whether a living task has a capability to it. Rare: all tables are looked through. */
export function isHeld(
  kernel: Kernel,
  { generations }: Names,
  kind: number,
  place: number,
): boolean {
  return kernel.state.tasks.some((task: TaskState) => {
    if (isOver(task)) return false;
    const table = tableOf(kernel, task.id);
    return table.kind.some(
      (one, slot) =>
        one === kind &&
        table.object[slot] === place &&
        table.generation[slot] === generations[place],
    );
  });
}

export function tableOf(kernel: Kernel, task: number): CapabilityTable {
  return kernel.state.capabilities[task] as CapabilityTable;
}
