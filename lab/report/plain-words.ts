/**
 * In plain words: what the table shows, computed from its numbers, and what to try next.
 *
 * `contracts` with guarantees as the scenario has them is compared with the better of the central
 * managements that a kernel could really do (rivals.ts), size by size, on how many times longer
 * honest tasks take than alone with ample memory.
 */

import type { Comparison } from '../compare/compare.ts';
import type { Row, TaskResult } from '../results.ts';
import { rivalsAmong } from './rivals.ts';
import { bold, grouped, ratio, type Style, wrapped } from './text.ts';

/** One memory size at which both sides ran. */
interface Pair {
  readonly frames: number;
  readonly own: Row;
  readonly central: Row;
}

/** Closer than this counts as level. */
const LEVEL = 1.02;

/** The closing lines, ended by newlines; empty where there is nothing to compare. */
export function plainWords(comparison: Comparison, style: Style): string {
  const pairs = comparison.loaded.frames.flatMap((frames) => pairAt(comparison, frames));
  if (pairs.length === 0) return '';
  const said = [
    contest(pairs),
    equalParts(comparison, pairs),
    gainsAndLosses(comparison, pairs),
    fairness(comparison, pairs),
    ...hostiles(comparison, pairs),
    bound(comparison, pairs),
    oraclesSay(comparison),
    `Try next: ${tryNext(comparison, pairs)}`,
  ].filter((text) => text !== '');
  const lines = said.flatMap((text) => wrapped(`- ${text}`, '  '));
  return `${[bold('In plain words', style), ...lines].join('\n')}\n`;
}

function rowAt({ rows }: Comparison, frames: number, management: string): Row | undefined {
  return rows.find((row) => row.frames === frames && row.management === management);
}

function pairAt(comparison: Comparison, frames: number): Pair[] {
  const own =
    rowAt(comparison, frames, 'contracts') ?? rowAt(comparison, frames, 'contracts-equal');
  const [central] = rivalsAmong(comparison.rows.filter((row) => row.frames === frames));
  if (!own || !central || own.totals.slowdown === null) return [];
  return [{ frames, own, central }];
}

function slowdownOf(row: Row): number {
  return row.totals.slowdown ?? Number.POSITIVE_INFINITY;
}

function each(pairs: readonly Pair[], text: (pair: Pair) => string): string {
  return pairs.map(text).join(', ');
}

function sizes(pairs: readonly Pair[]): string {
  return `${pairs.map(({ frames }) => grouped(frames)).join(', ')} frames`;
}

/** Who wins at each memory size, and by how much. */
function contest(pairs: readonly Pair[]): string {
  return (
    `Time: honest tasks take ${each(pairs, ({ own }) => ratio(slowdownOf(own)))} times as long as alone when they ` +
    `page themselves, ${each(pairs, ({ central }) => ratio(slowdownOf(central)))} under the better central pager ` +
    `(${sizes(pairs)}). ${verdicts(pairs)}.`
  );
}

function verdicts(pairs: readonly Pair[]): string {
  const told = pairs.map(({ own, central }) => {
    const gain = slowdownOf(central) / slowdownOf(own);
    if (gain > LEVEL) return { who: own.management, by: gain };
    if (gain < 1 / LEVEL) return { who: central.management, by: 1 / gain };
    return { who: 'nobody', by: 1 };
  });
  const by = (times: number) => `${Math.round(100 * (times - 1))} %`;
  if (told.every(({ who }) => who === told[0].who && who !== 'nobody'))
    return `Quicker: ${told[0].who}, by ${told.map((one) => by(one.by)).join(', ')}`;
  const one = told.map(({ who, by: times }) =>
    who === 'nobody' ? 'level' : `${who} by ${by(times)}`,
  );
  return `Quicker: ${one.join(', ')}`;
}

/** What the choice of guarantees is worth. */
function equalParts(comparison: Comparison, pairs: readonly Pair[]): string {
  const equal = pairs.map(({ frames }) => rowAt(comparison, frames, 'contracts-equal'));
  if (pairs.some(({ own }, at) => own.management !== 'contracts' || !equal[at])) return '';
  return (
    `Who gets how much matters: with equal guarantees they take ` +
    `${equal.map((row) => ratio(slowdownOf(row as Row))).join(', ')} times as long.`
  );
}

/** The tasks that gain and lose most by paging themselves. */
function gainsAndLosses({ loaded }: Comparison, pairs: readonly Pair[]): string {
  const cases = pairs.flatMap(({ frames, own, central }) =>
    own.tasks.flatMap((task, at) => {
      const mine = task.slowdown;
      const other = central.tasks[at].slowdown;
      if (loaded.tasks[at].hostile !== null || !mine || !other) return [];
      return [{ name: task.name, frames, mine, other, gain: other / mine }];
    }),
  );
  if (cases.length === 0) return '';
  const best = cases.reduce((one, two) => (two.gain > one.gain ? two : one));
  const worst = cases.reduce((one, two) => (two.gain < one.gain ? two : one));
  const told = ({ name, frames, mine, other }: typeof best) =>
    `${name} (${ratio(mine)} against ${ratio(other)} times, ${grouped(frames)} frames)`;
  const quicker = cases.filter(({ gain }) => gain > LEVEL).length;
  const slower = cases.filter(({ gain }) => gain < 1 / LEVEL).length;
  const parts = [
    ...(best.gain > LEVEL ? [`gains most: ${told(best)}`] : []),
    ...(worst.gain < 1 / LEVEL ? [`loses most: ${told(worst)}`] : []),
    `of ${cases.length} cases ${quicker} are quicker, ${slower} slower`,
  ];
  return `By paging itself ${parts.join('; ')}.`;
}

function fairness({ loaded }: Comparison, pairs: readonly Pair[]): string {
  if (loaded.tasks.filter((task) => task.hostile === null).length < 2) return '';
  const index = ({ totals }: Row) => (totals.jain ?? 0).toFixed(2);
  return (
    `Fairness (Jain's index): ${each(pairs, ({ own }) => index(own))} under contracts, ` +
    `${each(pairs, ({ central }) => index(central))} centrally.`
  );
}

/** What each hostile client did, and what came of it. */
function hostiles({ loaded }: Comparison, pairs: readonly Pair[]): string[] {
  return loaded.tasks.flatMap((task, at) => {
    if (task.hostile === null) return [];
    const sum = (value: (task: TaskResult) => number) =>
      pairs.reduce((all, { own }) => all + value(own.tasks[at]), 0);
    const missed = sum((one) => one.revocationsMissed);
    const notices = missed + sum((one) => one.revocationsMet);
    const obeyed =
      notices === 0
        ? 'was never asked for frames back'
        : `missed ${grouped(missed)} of ${grouped(notices)} deadlines to return frames`;
    const held = (of: Pair, side: 'own' | 'central') => grouped(of[side].tasks[at].framesMean);
    return [
      `${task.name} is hostile (${task.hostile}): it ${obeyed}, and held ` +
        `${each(pairs, (pair) => held(pair, 'own'))} frames on average, ` +
        `${each(pairs, (pair) => held(pair, 'central'))} centrally.`,
    ];
  });
}

/** How far both are from what cannot be beaten. */
function bound(comparison: Comparison, pairs: readonly Pair[]): string {
  const optimal = pairs.flatMap(({ frames }) => rowAt(comparison, frames, 'optimal') ?? []);
  if (optimal.length !== pairs.length || comparison.loaded.schedule !== 'lockstep') return '';
  const times = (row: Row, at: number) => ratio(row.totals.faults / optimal[at].totals.faults);
  return (
    `The offline optimum faults least: contracts take ${pairs.map(({ own }, at) => times(own, at)).join(', ')} ` +
    `times its faults, the central pager ${pairs.map(({ central }, at) => times(central, at)).join(', ')}.`
  );
}

function oraclesSay({ oracles }: Comparison): string {
  if (oracles.length === 0) return 'Nobody checked the rules (--no-oracles).';
  const checks = oracles.reduce((sum, one) => sum + one.checks, 0);
  const violations = oracles.reduce((sum, one) => sum + one.violations.length, 0);
  if (violations > 0) return `The oracles found ${violations} violations: see below.`;
  return `${oracles.length} oracles checked ${grouped(checks)} times that the rules were kept: they were.`;
}

/** One experiment that the numbers suggest. */
function tryNext({ loaded, scenario }: Comparison, pairs: readonly Pair[]): string {
  const smallest = pairs.reduce((one, two) => (two.frames < one.frames ? two : one));
  const slowest = [...smallest.own.tasks.entries()]
    .filter(([at, task]) => loaded.tasks[at].hostile === null && task.slowdown !== null)
    .toSorted(([, a], [, b]) => (b.slowdown ?? 0) - (a.slowdown ?? 0))[0];
  const command = `npx leasehold compare ${scenario ?? 'SCENARIO'}`;
  if (slowest) {
    const { name } = slowest[1];
    const other = loaded.tasks[slowest[0]].policy.name === 'working-set' ? 'clock' : 'working-set';
    return (
      `${name} suffers most. Name its guarantee in the scenario, or try ` +
      `${command} --policy ${other} --task ${name}, or write a policy: clients/policies/README.md.`
    );
  }
  return `other sizes: ${command} --frames ${2 * smallest.frames}.`;
}
