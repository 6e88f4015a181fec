/** Checking archives, and the tasks that read pages from them. */

import { readingHints } from '../../contracts/messages.ts';
import type { ArchivePlan, ReadingPlan } from '../run/server-plans.ts';
import { inputError } from './input-error.ts';
import type { ScenarioDocument, TaskDocument } from './schema.ts';
import { type Path, placeOf, type Source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { ticksOf } from './ticks.ts';

const LOCK_NS = { ms: 1 } as const;
const LOCK_REFERENCES = { references: 10_000 } as const;

/** The archives of a scenario. Throws InputError with the place of what is wrong. */
export function checkArchives(source: Source, document: ScenarioDocument): ArchivePlan[] {
  const names = document.tasks.map(({ name }) => name);
  return document.archives.map(({ name, lock, hostile }, at) => {
    if (names.includes(name)) {
      const what = `archives[${at}].name is '${name}' again, expected a name of its own`;
      throw inputError(placeOf(source, ['archives', at, 'name']), `${what}; rename one`);
    }
    names.push(name);
    return {
      name,
      lock: lockOf(source, lock, document, ['archives', at, 'lock']),
      sits: hostile === 'sitter',
    };
  });
}

/** What a task reads from archives, or null. */
export function checkReads(
  source: Source,
  document: ScenarioDocument,
  { reads, pageSize, contract, hostile }: TaskDocument,
  at: number,
): ReadingPlan | null {
  const path: Path = ['tasks', at, 'reads'];
  const no = (what: string) => inputError(placeOf(source, path), `tasks[${at}].reads ${what}`);
  if (reads === undefined) {
    if (hostile !== 'snatcher') return null;
    throw inputError(
      placeOf(source, ['tasks', at, 'hostile']),
      `tasks[${at}] is a snatcher with nothing to snatch, expected a key reads; add it`,
    );
  }
  const [from, to] = reads.pages;
  if (from >= to) throw no(`has pages from ${from} to ${to}, expected from below to; correct it`);
  if (hostile !== undefined && hostile !== 'snatcher')
    throw no(`is for honest tasks and snatchers, expected no ${hostile}; remove one`);
  if (pageSize !== 4096) throw no(`is in pages of 4096 bytes, expected no pageSize; remove one`);
  if (contract.guaranteed === undefined)
    throw no('lends frames that are guaranteed, expected contract.guaranteed; name it');
  const frames = reads.window + 1;
  if (typeof contract.guaranteed === 'number' && contract.guaranteed < frames)
    throw no(`lends ${reads.window} frames, expected contract.guaranteed of ${frames}; raise it`);
  if (document.managements.includes('contracts-equal'))
    throw no('needs a guarantee of its own, expected no row contracts-equal; name managements');
  const lockMax = lockOf(source, reads.lockMax, document, [...path, 'lockMax']);
  const archives = document.archives.map(({ name }) => name);
  if (reads.writes && reads.from.some((name) => archives.includes(name)))
    throw no('writes, expected file servers alone, which archives are not; remove writes');
  const names = [...archives, ...document.files.map(({ name }) => name)];
  for (const [index, name] of reads.from.entries()) {
    if (names.includes(name)) continue;
    const what = `tasks[${at}].reads.from names '${name}', expected one of archives or files`;
    const next = names.length === 0 ? 'list it there' : didYouMean(name, names);
    throw inputError(placeOf(source, [...path, 'from', index]), `${what}; ${next}`);
  }
  const servers = [...document.archives, ...document.files];
  const locks = servers.filter(({ name }) => reads.from.includes(name));
  const least = Math.min(...locks.map(({ lock }) => lockOf(source, lock, document, path)));
  if (least > lockMax)
    throw no(`allows locks of ${lockMax}, expected ${least}, as its servers lock; raise lockMax`);
  return {
    pages: [from, to],
    from: reads.from,
    window: reads.window,
    lockMax,
    ...(reads.writes && { writes: true }),
    ...(reads.hint !== 'none' && { hint: readingHints.indexOf(reads.hint) }),
  };
}

export function lockOf(
  source: Source,
  given: ScenarioDocument['archives'][number]['lock'],
  { clock }: ScenarioDocument,
  path: Path,
): number {
  const whole = given ?? (clock === 'ns' ? LOCK_NS : LOCK_REFERENCES);
  return ticksOf(source, whole, clock, path, 1);
}
