/**
 * Governance in fuzzed scenarios: a policy server, perhaps replaced in the middle or dead before its
 * time; a price and purses; the parameters of karma; how long who has no CPU is waited for. Drawn
 * from a stream of its own, after everything else.
 */

import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from '../run/cell-options.ts';
import type { PolicyServerPlan } from '../run/server-plans.ts';
import { between, chance, small } from './chance.ts';

type Quota = PolicyServerPlan['users'][number];

/** What of `options` is otherwise. `span`: times are of its size. */
export function drawGovernance(options: CellOptions, seed: number, span: number): CellOptions {
  if (options.management !== 'contracts') return options;
  const random = splitRandom(seed, 'governance');
  const terms = { ...options.terms };
  if (chance(random, 40)) {
    terms.karmaBad = between(random, 1, 12);
    terms.karmaWindow = small(random, 1, 40);
  }
  if (chance(random, 40)) terms.starvationMax = small(random, 0, 10 * terms.graceExtra);
  if (chance(random, 30)) terms.graceClean = between(random, 1, terms.graceExtra);
  if (chance(random, 20)) terms.softMax = between(random, 0, 8);
  if (chance(random, 15)) terms.metadataMax = between(random, 0, 20) / 1000;
  const cpus = chance(random, 20);
  const tasks = options.tasks.map((task) => ({
    ...task,
    cpu: cpus ? between(random, 0, 2) : task.cpu,
  }));
  let governed: CellOptions = { ...options, terms, tasks };
  if (chance(random, 25)) governed = drawPrices(governed, random);
  if (chance(random, 30))
    governed = { ...governed, policyServer: drawPolicy(options, random, span) };
  return governed;
}

/**
 * A price at which a part of memory, held for a run, costs about what is in the purses. Who is
 * guaranteed nothing borrows all it has, and so has no end of credits.
 */
function drawPrices(options: CellOptions, random: RandomState): CellOptions {
  const { tasks, machine, clock } = options;
  const price = between(random, 1000, 1_000_000);
  const unit = clock === 'ns' ? 1e9 : 1e6;
  const spanTicks = clock === 'ns' ? 5e6 : 2500;
  const whole = Math.ceil((price * machine.frames * spanTicks) / unit);
  const purses = tasks.map(({ guaranteed }) =>
    guaranteed === 0 || chance(random, 30)
      ? { budget: null, income: 0 }
      : { budget: small(random, 0, whole), income: between(random, 0, price * machine.frames) },
  );
  return { ...options, terms: { ...options.terms, price }, purses };
}

/** Quotas that leave each of a user's tasks something, whoever decides. */
function drawPolicy(
  { tasks, machine: { frames } }: CellOptions,
  random: RandomState,
  span: number,
): PolicyServerPlan {
  const count = between(random, 1, 3);
  const quotas = (): Quota[] =>
    Array.from({ length: count }, () => ({
      guaranteed: between(random, Math.min(frames, 4 * tasks.length), frames),
      held: between(random, 1, frames),
    }));
  const start = chance(random, 60) ? 0 : between(random, 0, span);
  const replaced = chance(random, 40);
  const later = () => start + between(random, 1, 2 * span);
  return {
    start,
    replaceAt: replaced ? later() : null,
    diesAt: chance(random, 30) ? later() : null,
    period: between(random, span / 100, span / 4),
    tasks: tasks.map(() => ({
      user: between(random, -1, count - 1),
      weight: between(random, 1, 4),
      priority: chance(random, 70) ? 0 : between(random, 0, 2),
    })),
    users: quotas(),
    successor: replaced || chance(random, 30) ? { users: quotas() } : null,
  };
}
