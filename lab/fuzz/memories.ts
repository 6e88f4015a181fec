/**
 * Memory servers behind one another in fuzzed scenarios: two deep or three, with ordinary tasks that
 * deal with the servers above. Drawn from a stream of its own, for some seeds: what the others are
 * stays.
 */

import { splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions, CellTask } from '../run/cell-options.ts';
import { orderOf } from '../run/layout.ts';
import { between, chance } from './chance.ts';

/** Which seeds of sixteen. */
const EVERY = 16;
const TURNS: readonly number[] = [4, 7, 10];
/** An arbiter that orders all frames of the machine: a server behind another would hide some. */
const ALONE = 'lru-sp';

/** What of `options` is otherwise. `ordinary`: so many tasks, the first ones, are no stirrers. */
export function drawMemories(
  options: CellOptions,
  seed: number,
  span: number,
  ordinary: number,
): CellOptions {
  if (!TURNS.includes(seed % EVERY) || options.management !== 'contracts') return options;
  const random = splitRandom(seed, 'memories');
  const depth = between(random, 2, 3);
  const terms = { ...options.terms };
  if (terms.arbiter === ALONE) terms.arbiter = 'excess';
  const deep = { ...options, terms, memoryServers: { depth } };
  // Policies, purses and parts of contracts are at the deepest: some scenarios have them, some not.
  if (options.parts || chance(random, 30)) return deep;
  const { policyServer: _, purses: __, ...plain } = deep;
  const { price: ___, ...free } = terms;
  let above = 0;
  const tasks = options.tasks.map((task, at): CellTask => {
    if (at >= ordinary || !chance(random, 60)) return task;
    // The server behind keeps what it is guaranteed for good: of nothing but extras none may ever come.
    const guaranteed = Math.max(task.guaranteed, 2 ** orderOf(task));
    above += guaranteed;
    // What comes late has been lent on by then.
    const start = chance(random, 60) ? between(random, span / 4, 2 * span) : task.start;
    return { ...task, guaranteed, start, level: between(random, 1, depth - 1) };
  });
  // The deepest has room for any one of its own beside them, and seldom for much more.
  const most = tasks.map((task) => (task.level === undefined ? task.guaranteed : 0));
  const frames = Math.max(options.machine.frames, above + Math.max(1, ...most));
  return { ...plain, terms: free, tasks, machine: { ...options.machine, frames } };
}
