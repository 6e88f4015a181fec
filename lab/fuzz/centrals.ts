/**
 * Central pagers of fuzzed scenarios: their settings, of all tasks and of single ones, and how often
 * they look around; those that see each reference go by bits in half of the cases. Drawn from a
 * stream of its own, after everything else: what is drawn before stays.
 */

import type { ParameterRange, ParameterRanges } from '../../contracts/policy.ts';
import { type RandomState, splitRandom } from '../../sim-hw/random.ts';
import type { CellOptions } from '../run/cell-options.ts';
import { type CentralName, centralNames, centralOf } from '../run/centrals.ts';
import { between, chance, oneOf } from './chance.ts';

const BITS = '-bits';
/** Managements that seeds stand for by their place; the others come in here. */
export const drawnCentrals: readonly CentralName[] = centralNames.filter(
  (name) => !centralNames.some((other) => name === `${other}${BITS}`),
);

/** A number at which nothing is set apart: a limit of frames, an age in ticks. */
const SMALL = 20;

/** What of `options` is otherwise. */
export function drawCentral(options: CellOptions, seed: number): CellOptions {
  if (centralOf(options.management) === undefined) return options;
  const random = splitRandom(seed, 'central');
  const byBits = `${options.management}${BITS}`;
  const management =
    centralOf(byBits) !== undefined && chance(random, 50)
      ? (byBits as CentralName)
      : (options.management as CentralName);
  if (chance(random, 30)) return { ...options, management };
  const {
    parameters = {},
    ranges,
    taskParameters = {},
    taskRanges,
    period,
  } = centralOf(management) ?? {};
  const drawn = drawSettings(random, parameters, ranges);
  if (period !== undefined && chance(random, 30)) {
    const usual = options.clock === 'ns' ? period.ns : period.references;
    drawn.period = between(random, Math.ceil(usual / 10), usual);
  }
  const single = options.tasks.map(({ name }) => [
    name,
    drawSettings(random, taskParameters, taskRanges),
  ]);
  return {
    ...options,
    management,
    central: {
      kernel: 'servers',
      defaultPager: 'server',
      pager: 'kernel',
      ...options.central,
      parameters: { [management]: drawn },
      tasks: { [management]: Object.fromEntries(single) },
    },
  };
}

function drawSettings(
  random: RandomState,
  standard: Readonly<Record<string, number>>,
  ranges: ParameterRanges = {},
): Record<string, number> {
  const drawn: Record<string, number> = {};
  for (const [name, value] of Object.entries(standard))
    if (chance(random, 50)) drawn[name] = within(ranges[name], drawSetting(random, value));
  return drawn;
}

/** What is drawn outside of the range becomes the nearest that is in it. */
function within(range: ParameterRange | undefined, value: number): number {
  if (range === undefined) return value;
  const whole = range.whole === true ? Math.round(value) : value;
  return Math.min(range.most, Math.max(range.least, whole));
}

/** A share stays one; of a number the least come as often as all up to twice the usual. */
function drawSetting(random: RandomState, usual: number): number {
  if (usual > 0 && usual < 1) return between(random, 0, 100) / 100;
  const most = usual > 0 ? 2 * usual : SMALL;
  return oneOf(random, [between(random, 0, 2), between(random, 0, most)]);
}
