/**
 * In plain words: what the table shows, computed from its numbers, and what to try next.
 *
 * Faults compared are those beyond the compulsory ones, which no management avoids. The managements
 * compared are central ones with hardware sight: what a kernel could really do.
 */

import type { Comparison } from '../compare/compare.ts';
import type { Row, TaskResult } from '../results.ts';
import { bold, grouped, percent, ratio, type Style, wrapped } from './text.ts';

/** The closing paragraphs, lines ended by newlines; empty for a single row. */
export function plainWords(comparison: Comparison, style: Style): string {
  const { rows } = comparison;
  if (rows.filter((row) => row.totals.virtualNs !== null).length < 2) return '';
  const said = [
    ...comparison.loaded.frames.map((frames) => contest(comparison, frames)),
    losses(comparison),
    fairness(comparison),
    ...hostiles(comparison),
    bounds(comparison),
    oraclesSay(comparison),
    `Try next: ${tryNext(comparison)}`,
  ].filter((text) => text !== '');
  const lines = said.flatMap((text) => wrapped(`- ${text}`, '  '));
  return `${[bold('In plain words', style), ...lines].join('\n')}\n`;
}

function rowAt(rows: readonly Row[], frames: number, management: string): Row | undefined {
  return rows.find((row) => row.frames === frames && row.management === management);
}

/** The best central management with hardware sight at this size, by honest completion. */
function centralAt({ rows }: Comparison, frames: number): Row | undefined {
  const central = ['mach', 'global-clock'].flatMap((name) => rowAt(rows, frames, name) ?? []);
  return central.toSorted((a, b) => slowdownOf(a) - slowdownOf(b))[0];
}

function contractsAt({ rows }: Comparison, frames: number): Row | undefined {
  const both = ['contracts', 'contracts-equal'].flatMap((name) => rowAt(rows, frames, name) ?? []);
  return both.toSorted((a, b) => slowdownOf(a) - slowdownOf(b))[0];
}

function slowdownOf(row: Row): number {
  return row.totals.slowdown ?? Number.POSITIVE_INFINITY;
}

function honestTasks({ loaded }: Comparison, row: Row): TaskResult[] {
  return row.tasks.filter((_, at) => loaded.tasks[at].hostile === null);
}

function hardOf(comparison: Comparison, row: Row): number {
  return honestTasks(comparison, row).reduce((sum, task) => sum + task.hardFaults, 0);
}

/** Who wins at one memory size, and by how much. */
function contest(comparison: Comparison, frames: number): string {
  const own = contractsAt(comparison, frames);
  const central = centralAt(comparison, frames);
  if (!own || !central || own.totals.slowdown === null || central.totals.slowdown === null)
    return '';
  const quicker = own.totals.slowdown <= central.totals.slowdown;
  const [first, second] = quicker ? [own, central] : [central, own];
  const gain = slowdownOf(second) / slowdownOf(first);
  const size = `With ${grouped(frames)} frames`;
  const hard = `hard faults of honest tasks: ${grouped(hardOf(comparison, own))} against ${grouped(hardOf(comparison, central))}`;
  if (gain < 1.02)
    return `${size} ${own.management} and ${central.management} are level (slowdown ${ratio(slowdownOf(own))} and ${ratio(slowdownOf(central))}; ${hard}).`;
  return (
    `${size} ${first.management} wins: honest tasks are slowed ${ratio(slowdownOf(first))} times under it and ` +
    `${ratio(slowdownOf(second))} times under ${second.management}, ${ratio(gain)} times as much (${hard}).`
  );
}

/** Tasks that do better under a central pager. */
function losses(comparison: Comparison): string {
  const worst: { task: string; frames: number; own: number; central: number; names: string }[] = [];
  for (const frames of comparison.loaded.frames) {
    const own = contractsAt(comparison, frames);
    const central = centralAt(comparison, frames);
    if (!own || !central) continue;
    for (const [at, task] of own.tasks.entries()) {
      const other = central.tasks[at].slowdown;
      if (comparison.loaded.tasks[at].hostile !== null || !task.slowdown || !other) continue;
      if (task.slowdown > 1.02 * other)
        worst.push({
          task: task.name,
          frames,
          own: task.slowdown,
          central: other,
          names: `${own.management} than ${central.management}`,
        });
    }
  }
  if (worst.length === 0)
    return 'No honest task is slower paging itself than under the central pager, at any size.';
  worst.sort((a, b) => b.own / b.central - a.own / a.central);
  const { task, frames, own, central, names } = worst[0];
  const others = worst.length > 1 ? ` It is the worst of ${worst.length} such cases.` : '';
  return (
    `Self-paging loses too: with ${grouped(frames)} frames ${task} is slower under ${names} ` +
    `(${ratio(own)} against ${ratio(central)} times alone).${others}`
  );
}

function fairness(comparison: Comparison): string {
  const pairs = comparison.loaded.frames.flatMap((frames) => {
    const own = contractsAt(comparison, frames)?.totals.jain ?? null;
    const central = centralAt(comparison, frames)?.totals.jain ?? null;
    return own === null || central === null ? [] : [{ own, central }];
  });
  if (pairs.length === 0 || comparison.loaded.tasks.length < 2) return '';
  const fairer = pairs.filter(({ own, central }) => own > central).length;
  const values = pairs.map(({ own, central }) => `${own.toFixed(2)} against ${central.toFixed(2)}`);
  const whose =
    fairer * 2 >= pairs.length
      ? 'contracts share the pain more evenly'
      : 'the central pager shares the pain more evenly';
  const count = fairer * 2 >= pairs.length ? fairer : pairs.length - fairer;
  return `Fairness: ${whose} at ${count} of ${pairs.length} sizes (Jain's index ${values.join(', ')}).`;
}

/** What each hostile client did, and what came of it. */
function hostiles(comparison: Comparison): string[] {
  return comparison.loaded.tasks.flatMap((task, at) => {
    if (task.hostile === null) return [];
    const held = comparison.loaded.frames.flatMap((frames) => {
      const own = rowAt(comparison.rows, frames, 'contracts');
      const central = centralAt(comparison, frames);
      return own && central
        ? [{ frames, own: own.tasks[at], central: central.tasks[at], name: central.management }]
        : [];
    });
    if (held.length === 0) return [];
    const least = held[0];
    const { revocationsMet: met, revocationsMissed: missed } = least.own;
    const said =
      met + missed === 0
        ? 'was never asked for frames back'
        : `answered ${met} of ${met + missed} notices in time`;
    return [
      `${task.name} is hostile (${task.hostile}). With ${grouped(least.frames)} frames it ${said}, grew to ` +
        `${grouped(least.own.framesMax)} frames under contracts and to ${grouped(least.central.framesMax)} under ` +
        `${least.name}, held ${grouped(least.own.framesMean)} and ${grouped(least.central.framesMean)} on average, ` +
        `and lost ${grouped(least.own.lostFaults)} pages that it touched again.`,
    ];
  });
}

/** How far the best contender is from what cannot be beaten. */
function bounds(comparison: Comparison): string {
  const parts = comparison.loaded.frames.flatMap((frames) => {
    const optimal = rowAt(comparison.rows, frames, 'optimal');
    const own = contractsAt(comparison, frames);
    const central = centralAt(comparison, frames);
    if (!optimal || !own) return [];
    const least = optimal.totals.faults;
    const text = `${ratio(own.totals.faults / least)}`;
    return [
      central ? `${text} (${central.management} ${ratio(central.totals.faults / least)})` : text,
    ];
  });
  if (parts.length === 0) return '';
  return `Against the offline optimum, contracts take ${parts.join(', ')} times its faults, from the smallest memory listed to the last; part of that gap is foresight nobody has.`;
}

function oraclesSay({ oracles }: Comparison): string {
  if (oracles.length === 0) return '';
  const checks = oracles.reduce((sum, one) => sum + one.checks, 0);
  const violations = oracles.reduce((sum, one) => sum + one.violations.length, 0);
  if (violations > 0) return `The oracles found ${violations} violations: see below.`;
  return `${oracles.length} oracles made ${grouped(checks)} checks and found nothing wrong.`;
}

/** One experiment that the numbers suggest. */
function tryNext(comparison: Comparison): string {
  const { loaded } = comparison;
  const smallest = Math.min(...loaded.frames);
  const own = rowAt(comparison.rows, smallest, 'contracts');
  const equal = rowAt(comparison.rows, smallest, 'contracts-equal');
  const worst = own
    ? [...own.tasks.entries()]
        .filter(([at, task]) => loaded.tasks[at].hostile === null && task.slowdown !== null)
        .toSorted(([, a], [, b]) => (b.slowdown ?? 0) - (a.slowdown ?? 0))[0]?.[1]
    : undefined;
  const ideas: string[] = [];
  if (worst)
    ideas.push(
      `${worst.name} suffers most (slowed ${ratio(worst.slowdown ?? 0)} times): give it another policy, ` +
        `--policy working-set --task ${worst.name}, or your own (clients/policies/README.md)`,
    );
  if (own && equal && slowdownOf(equal) < slowdownOf(own))
    ideas.push(
      'equal guarantees beat the chosen ones here: name your own under contract in the scenario',
    );
  const faults = own ? own.totals.faults : 0;
  if (faults > 0 && own && own.totals.hardFaults / faults < 0.5)
    ideas.push(
      `most faults are soft (${percent(1 - own.totals.hardFaults / faults)}): less memory shows more, --frames ${Math.max(1, Math.round(smallest / 2))}`,
    );
  else ideas.push(`find where the gap closes: --frames ${2 * Math.max(...loaded.frames)}`);
  return `${ideas.join('; ')}.`;
}
