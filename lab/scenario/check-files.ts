/** Checking file servers. What tasks read from them: check-archives.ts. */

import type { FileServerPlan } from '../run/server-plans.ts';
import { lockOf } from './check-archives.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument } from './schema.ts';
import { type Path, placeOf, type Source } from './source.ts';
import { ticksOf } from './ticks.ts';

/** Frames of a cache: 1 GiB, in 256 containers. */
const CACHE_MAX = 2 ** 18;

/** How long something is dirty at most: as long as between two runs of UNIX' update (Bach 1986). */
const FLUSH_NS = { s: 30 } as const;
const FLUSH_REFERENCES = { references: 1_000_000 } as const;

function ageOf(
  source: Source,
  given: ScenarioDocument['files'][number]['flushAfter'],
  { clock }: ScenarioDocument,
  path: Path,
): number {
  return ticksOf(source, given ?? (clock === 'ns' ? FLUSH_NS : FLUSH_REFERENCES), clock, path, 1);
}

/** The file servers of a scenario. Throws InputError with the place of what is wrong. */
export function checkFiles(source: Source, document: ScenarioDocument): FileServerPlan[] {
  const names = [...document.tasks, ...document.archives].map(({ name }) => name);
  return document.files.map(({ name, lock, cache, ahead, behind, flushAfter, diesAt }, at) => {
    if (names.includes(name)) {
      const what = `files[${at}].name is '${name}' again, expected a name of its own`;
      throw inputError(placeOf(source, ['files', at, 'name']), `${what}; rename one`);
    }
    names.push(name);
    const pages = cache === undefined ? 1 : cache.guaranteed + cache.extra;
    if (pages < 1 || pages > CACHE_MAX) {
      const what = `files[${at}].cache has ${pages} frames, expected 1 to ${CACHE_MAX} in all`;
      throw inputError(placeOf(source, ['files', at, 'cache']), `${what}; correct it`);
    }
    return {
      name,
      lock: lockOf(source, lock, document, ['files', at, 'lock']),
      cache:
        cache === undefined
          ? null
          : {
              guaranteed: cache.guaranteed,
              extra: cache.extra,
              protectedShare: cache.protected,
              filters: cache.filter,
            },
      buffers:
        ahead + behind === 0
          ? null
          : {
              ahead,
              behind,
              age: ageOf(source, flushAfter, document, ['files', at, 'flushAfter']),
            },
      diesAt:
        diesAt === undefined
          ? null
          : ticksOf(source, diesAt, document.clock, ['files', at, 'diesAt'], 1),
    };
  });
}
