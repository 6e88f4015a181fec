/** Report of a fuzz run: one JSON document, or text with the drawn options of what failed. */

import type { CellTask } from '../run/cell-options.ts';
import type { Counts } from './counts.ts';
import { draw } from './draw.ts';

export interface FuzzViolation {
  readonly seed: number;
  readonly oracle: string;
  readonly command: string;
  /** In words: rule, task, page, time. */
  readonly what: string;
}

export function fuzzText(
  seeds: number,
  seedBase: number,
  violations: readonly FuzzViolation[],
  counts: Counts,
  json: boolean,
): string {
  if (json) return JSON.stringify({ seeds, violations, counts }, null, 2);
  const lines: string[] = [];
  for (const { seed, oracle, command, what } of violations)
    lines.push(`seed ${seed}: ${oracle}: ${what}`, describe(seed), `  again: ${command}`, '');
  const last = seedBase + seeds - 1;
  const found = violations.length === 0 ? 'no violation' : counted(violations.length, 'violation');
  lines.push(
    `${counted(seeds, 'scenario')} (seeds ${seedBase} to ${last}): ${found}`,
    countsText(counts),
  );
  return lines.join('\n');
}

/** What a seed stands for, in a few lines. */
function describe(seed: number): string {
  const { options, calmAt, stir } = draw(seed);
  const { tasks, machine, terms, ...rest } = options;
  const { claims, moveEvery, stirrers } = stir;
  const said = { ...rest, ...machine, ...terms, calmAt, claims, moveEvery };
  const first = tasks.length - stirrers.length;
  const lines = tasks.map((task, at) =>
    at < first
      ? taskText(task)
      : `${task.name}: ${facts(stirrers[at - first])}, start ${task.start}`,
  );
  return [`  ${facts(said)}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function taskText(task: CellTask): string {
  const { name, program, policy, threads = [], ...all } = task;
  const rest = { ...all, threads: threads.length };
  const { references, pageNumbers } = program;
  return `${name}: ${policy.name}, ${references} references to ${pageNumbers.length} pages, ${facts(rest)}`;
}

function facts(record: object): string {
  return Object.entries(record)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
}

function countsText({ tally, hostile, layers, ...counts }: Counts): string {
  const { none, karma, repossess, drop, kill } = counts;
  return [
    `deadlines missed: ${none} without penalty, ${karma} by karma, ${repossess} repossessed, ` +
      `${drop} dropped, ${kill} killed`,
    `late returns ${counts.lateReturn}, shrinks ${counts.shrink}, ` +
      `expiries with frames due ${counts.expiryWithFramesDue}`,
    `deaths during I/O ${counts.deathDuringIo}, locks expired ${counts.lockExpired}, ` +
      `notices ${counts.notices}, references ${counts.references}`,
    `child contracts split ${counts.splits}, used ${counts.uses}, folded ${counts.folds}, ` +
      `ended under their users ${counts.childEnds}`,
    `policies that took over ${counts.policyTakesOver}, were gone ${counts.policyGone}; ` +
      `notices starving ${counts.starving}, starved ${counts.starved}, half met ${counts.enough}; ` +
      `taken silently ${counts.silent}`,
    `runs relocated ${counts.relocations}, mappings taken over ${counts.remaps}, ` +
      `made beside others ${counts.beside}, pages moved by stirrers' devices ${counts.movedByDevice}, rounds of stirrers ${counts.rounds}`,
    `frames moved by the server ${counts.movedByServer}, given for page tables ${counts.tableFrames}; ` +
      `deadlines that waited for transfers ${counts.writing}, claims ${counts.claims}, ` +
      `parts lived on ${counts.lives}; superpages made ${counts.promotions}, split ${counts.demotions}`,
    `memory servers behind others in ${counts.deep}, tasks above the deepest ${counts.above}; ` +
      `notices to servers ${counts.serverNotices}`,
    `layers of swap: ${facts(layers)}; devices failed in ${counts.faultyDevices}, ` +
      `pages had bytes in ${counts.bytes}`,
    `disk servers whose drives fail ${counts.faultyDisks}, that die ${counts.mortalDisks}; ` +
      `tasks that read files ${counts.readers}, that call pages garbage ${counts.tellers}, ` +
      `of several threads ${counts.threaded}`,
    `hostile: ${facts(hostile)}`,
    `served: ${facts(tally.served)}`,
    `refused: ${facts(tally.reasons)}`,
  ].join('\n');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
