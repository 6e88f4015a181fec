/** The keys of disk servers: the server itself, disk contracts of tasks, and tasks that read. */

import { z } from 'zod';
import type { DiskPlan, DiskTaskPlan, StreamPlan } from '../run/server-plans.ts';
import { chancesOf, faultsSchema } from './faults.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument, TaskDocument } from './schema.ts';
import { type Path, pathText, placeOf, type Source } from './source.ts';
import { ticksOf } from './ticks.ts';
import { pages, type Time, timeSchema } from './value-schemas.ts';

export const diskSchema = z.strictObject({
  scheduler: z.enum(['contracts', 'fcfs', 'sstf', 'c-look', 'fair']).default('contracts'),
  /** Requests that the device has at a time; default 1, and 16 for nvme. */
  depth: z.int().min(1).max(64).optional(),
  /** Share of its time that may be under contract. */
  admit: z.number().gt(0).max(1).default(0.9),
  /** What the device does to the blocks of swap and of streams. */
  faults: faultsSchema.optional(),
  /** The disk server dies. */
  diesAt: timeSchema.optional(),
});

export const taskDiskSchema = z.strictObject({
  period: timeSchema,
  slice: timeSchema,
  laxity: timeSchema.default(0),
  slack: z.boolean().default(false),
  term: timeSchema.default(0),
});

export const streamsSchema = z.strictObject({
  /** Blocks of the file, of a request, requests ahead. */
  blocks: pages,
  length: z.int().min(1).max(64).default(8),
  ahead: z.int().min(1).max(16).default(4),
  /** Between two requests; absent: as fast as it can. */
  every: timeSchema.optional(),
});

const LOCK_NS = { s: 1 } as const;
const LOCK_REFERENCES = { references: 100_000_000 } as const;
const MICROSECONDS_MAX = 2 ** 24;

/** The disk server of a scenario, or null. */
export function checkDisk(
  source: Source,
  { disk, tasks, clock }: ScenarioDocument,
  device: string,
): DiskPlan | null {
  for (const [at, task] of tasks.entries()) {
    if (disk === undefined && (task.disk ?? task.streams) !== undefined)
      throw inputError(
        placeOf(source, ['tasks', at, task.disk === undefined ? 'streams' : 'disk']),
        `tasks[${at}] has to do with a disk server and the scenario has none; add the key disk`,
      );
    if (disk !== undefined && task.pageSize !== 4096)
      throw inputError(
        placeOf(source, ['tasks', at, 'pageSize']),
        `tasks[${at}].pageSize is ${task.pageSize}, expected 4096 with a disk server; remove one`,
      );
  }
  if (disk === undefined) return null;
  const { diesAt, faults, ...rest } = disk;
  return {
    ...rest,
    depth: disk.depth ?? (device === 'nvme' ? 16 : 1),
    ...(faults !== undefined && { faults: chancesOf(faults) }),
    ...(diesAt !== undefined && {
      diesAt: ticksOf(source, diesAt, clock, ['disk', 'diesAt'], 1),
    }),
  };
}

/** A task's disk contract, or null. */
export function checkTaskDisk(
  source: Source,
  { disk }: TaskDocument,
  clock: ScenarioDocument['clock'],
  at: number,
): DiskTaskPlan | null {
  if (disk === undefined) return null;
  const path: Path = ['tasks', at, 'disk'];
  const period = microseconds(source, disk.period, [...path, 'period'], 1);
  const slice = microseconds(source, disk.slice, [...path, 'slice'], 1);
  if (slice > period)
    throw inputError(
      placeOf(source, [...path, 'slice']),
      `${pathText(path)} has a slice of ${slice} us in a period of ${period} us; lower it`,
    );
  return {
    period,
    slice,
    laxity: microseconds(source, disk.laxity, [...path, 'laxity'], 0),
    slack: disk.slack,
    term: ticksOf(source, disk.term, clock, [...path, 'term'], 0),
  };
}

/** What a task reads from the disk server, or null. */
export function checkStreams(
  source: Source,
  { streams, contract, hostile, reads }: TaskDocument,
  { clock, managements }: ScenarioDocument,
  at: number,
): StreamPlan | null {
  if (streams === undefined) return null;
  const path: Path = ['tasks', at, 'streams'];
  const no = (what: string) => inputError(placeOf(source, path), `tasks[${at}].streams ${what}`);
  if (hostile !== undefined || reads !== undefined)
    throw no('is for tasks that neither lend nor do harm, expected no hostile and no reads');
  if (managements.includes('contracts-equal'))
    throw no('needs a guarantee of its own, expected no row contracts-equal; name managements');
  const { blocks, length, ahead, every } = streams;
  if (blocks < length) throw no(`has ${blocks} blocks, expected ${length} or more; raise it`);
  const frames = length * ahead;
  if (contract.guaranteed === undefined)
    throw no('reads into frames that are guaranteed, expected contract.guaranteed; name it');
  if (typeof contract.guaranteed === 'number' && contract.guaranteed <= frames)
    throw no(`reads into ${frames} frames, expected contract.guaranteed above that; raise it`);
  return {
    blocks,
    length,
    ahead,
    every: every === undefined ? 0 : ticksOf(source, every, clock, [...path, 'every'], 1),
    lockMax: ticksOf(source, clock === 'ns' ? LOCK_NS : LOCK_REFERENCES, clock, path, 1),
  };
}

/** Whole microseconds: the disk's time is real time, whatever the clock of terms counts. */
function microseconds(source: Source, time: Time, path: Path, least: number): number {
  const ns = ticksOf(source, time, 'ns', path, 0);
  const us = ns / 1000;
  if (us === Math.floor(us) && us >= least && us <= MICROSECONDS_MAX) return us;
  throw inputError(
    placeOf(source, path),
    `${pathText(path)} is ${ns} ns, expected whole microseconds from ${least} to ${MICROSECONDS_MAX}; correct it`,
  );
}
