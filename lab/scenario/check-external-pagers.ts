/** Checking external pagers: whose pages they move, and that none is backed by itself [LAST3]. */

import { z } from 'zod';
import { MACH_FRAMES_MIN } from '../../servers/central/reserves.ts';
import { cycleOf, SWAP_BACKS } from '../../servers/swap/backing.ts';
import type { ExternalPagerPlan } from '../run/server-plans.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { ticksOf } from './ticks.ts';
import { name, timeSchema } from './value-schemas.ts';

export const externalPagersSchema = z
  .array(
    z.strictObject({
      name,
      /** Pages that it moves at a time, and frames of its own for that. */
      buffers: z.int().min(1).max(64).default(4),
      reserve: z.int().min(0).max(64).default(1),
      /** Pages of one task that it works on at a time; absent: as many as it has buffers. */
      laundry: z.int().min(1).max(64).optional(),
      /** Its own work on each page. */
      perPage: timeSchema.default(0),
      /** Tasks whose pages it moves. */
      tasks: z.array(name).max(64).default([]),
      /** Where it hands them on to: swap, or another external pager. */
      backing: name.default('swap'),
    }),
  )
  .max(8)
  .default([]);

/** The external pagers of a scenario. Throws InputError with the place of what is wrong. */
export function checkExternalPagers(
  source: Source,
  document: ScenarioDocument,
): ExternalPagerPlan[] {
  const { externalPagers, tasks, disk, swap, memoryServers, undefended, clock, managements } =
    document;
  const names = externalPagers.map((pager) => pager.name);
  const no = (path: Path, what: string) =>
    inputError(placeOf(source, ['externalPagers', ...path]), `externalPagers${what}`);
  const isPlain = disk === undefined && swap === undefined && memoryServers.depth === 1;
  if (externalPagers.length > 0 && !isPlain)
    throw no(
      [],
      ' stand before plain swap, expected no disk, no layers of swap and a depth of 1; remove one',
    );
  const hasMach = managements.some((row) => row.startsWith('mach'));
  if (externalPagers.length > 0 && hasMach) requireMach(document, no);
  const plans = externalPagers.map((pager, at) => {
    const where = (key: string) => `[${at}].${key} is '${pager[key as 'name']}', expected`;
    if (names.indexOf(pager.name) < at || tasks.some((task) => task.name === pager.name))
      throw no([at, 'name'], `${where('name')} a name of its own; rename one`);
    if (pager.reserve > pager.buffers)
      throw no(
        [at, 'reserve'],
        `${where('reserve')} at most its ${pager.buffers} buffers; lower it`,
      );
    const backing = names.indexOf(pager.backing);
    if (backing < 0 && pager.backing !== 'swap') {
      const known = ['swap', ...names];
      const what = `${where('backing')} swap or a pager; ${didYouMean(pager.backing, known)}`;
      throw no([at, 'backing'], what);
    }
    return {
      name: pager.name,
      buffers: pager.buffers,
      reserve: pager.reserve,
      laundry: pager.laundry ?? pager.buffers,
      perPage: ticksOf(source, pager.perPage, clock, ['externalPagers', at, 'perPage'], 0),
      tasks: pager.tasks.map((task, place) => {
        const index = tasks.findIndex((one) => one.name === task);
        const path = [at, 'tasks', place];
        if (index < 0) {
          const known = tasks.map((one) => one.name);
          const what = `[${at}].tasks names '${task}', expected a task`;
          throw no(path, `${what}; ${didYouMean(task, known)}`);
        }
        if (externalPagers.some((other, o) => o < at && other.tasks.includes(task)))
          throw no(path, `[${at}].tasks names ${task}, which has a pager already; remove one`);
        if (tasks[index]?.pageSize !== 4096)
          throw no(path, `[${at}].tasks names ${task}, expected a pageSize of 4096`);
        return index;
      }),
      backing: pager.backing === 'swap' ? SWAP_BACKS : backing,
    };
  });
  const cycle = undefended.includes('cyclic-backing')
    ? null
    : cycleOf(plans.map((one) => one.backing));
  if (cycle === null) return plans;
  const told = cycle.map((at) => names[at]).join(' -> ');
  throw no(
    [cycle[0] as number, 'backing'],
    `[${cycle[0]}].backing closes a cycle, ${told}: each would wait for itself; back one by swap`,
  );
}

/** What Mach's pageout daemon needs: it counts in milliseconds, and its reserves must fit. */
function requireMach(
  { clock, machine, tasks }: ScenarioDocument,
  no: (path: Path, what: string) => Error,
): void {
  const frames = [machine.frames].flat();
  if (frames.some((size) => size < MACH_FRAMES_MIN))
    throw no([], ` beside mach need its reserves, expected ${MACH_FRAMES_MIN} frames; add some`);
  if (clock === 'references')
    throw no([], " beside mach wait by its daemon's clock, expected clock: ns; leave mach out");
  if (tasks.some(({ pageSize }) => pageSize !== 4096))
    throw no(
      [],
      ' beside mach move small pages alone, expected a pageSize of 4096; leave mach out',
    );
}
