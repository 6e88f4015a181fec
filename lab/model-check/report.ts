/** Report of a model check: one JSON document, or a table with the violations in words below it. */

import type { Violation } from './trace.ts';

export interface WorldResult {
  readonly name: string;
  readonly summary: string;
  readonly states: number;
  /** Steps between them, each made by the real code. */
  readonly steps: number;
  /** Steps from the start to the farthest state. */
  readonly depth: number;
  /** Every state that can be reached was expanded; false only where a violation ended it. */
  readonly fixpoint: boolean;
  readonly seconds: number;
  readonly violations: readonly Violation[];
}

export interface ModelCheckResult {
  readonly states: number;
  readonly violations: number;
  readonly seconds: number;
  readonly worlds: readonly WorldResult[];
}

export function modelCheckText(result: ModelCheckResult, json: boolean): string {
  if (json) return JSON.stringify(result, null, 2);
  const lines = [row('world', 'states', 'steps', 'depth', 's', 'what')];
  for (const { name, states, steps, depth, seconds, summary } of result.worlds)
    lines.push(row(name, grouped(states), grouped(steps), `${depth}`, seconds.toFixed(1), summary));
  const { states, seconds } = result;
  const steps = result.worlds.reduce((sum, world) => sum + world.steps, 0);
  lines.push(row('all', grouped(states), grouped(steps), '', seconds.toFixed(1), ''));
  for (const { name, violations } of result.worlds)
    for (const violation of violations) lines.push('', ...violationLines(name, violation));
  lines.push('', lastLine(result));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function row(...cells: [string, string, string, string, string, string]): string {
  const [name, states, steps, depth, seconds, what] = cells;
  const numbers = [states.padStart(9), steps.padStart(11), depth.padStart(6), seconds.padStart(6)];
  return `${name.padEnd(8)}${numbers.join('')}  ${what}`;
}

/** The violation, and the way to it from the booted world on. */
export function violationLines(world: string, { what, steps }: Violation): string[] {
  const numbered = steps.map((step, i) => `${String(i + 1).padStart(4)}  ${step}`);
  return [`world ${world}: ${what}`, ...numbered];
}

function lastLine({ violations, worlds }: ModelCheckResult): string {
  if (violations > 0) return violations === 1 ? '1 violation' : `${violations} violations`;
  const explored = worlds.length === 1 ? 'The world was' : 'Every world was';
  return `${explored} explored to its fixpoint: no violation, and no honest client can get stuck.`;
}

/** 1234567 as 1,234,567. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
