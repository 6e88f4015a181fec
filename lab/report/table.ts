/**
 * Table: a line for each memory size and management, its tasks beneath, notes at the foot of a size.
 *
 * Fits 120 columns. Blank is what a bound does not compute. Units stand in the head.
 */

import { machineLabel } from '../../sim-hw/costs/index.ts';
import type { Comparison } from '../compare/compare.ts';
import type { Row, TaskResult, Totals } from '../results.ts';
import { bold, clipped, dim, grouped, ratio, type Style, wrapped } from './text.ts';

interface Column {
  readonly head: string;
  readonly width: number;
  cell(of: TaskResult | Totals): string;
}

const NAME_WIDTH = 17;

const columns: readonly Column[] = [
  { head: 'faults', width: 11, cell: (of) => grouped(of.faults) },
  { head: 'hard', width: 10, cell: (of) => timed(of, grouped(of.hardFaults)) },
  { head: 'soft', width: 9, cell: (of) => timed(of, grouped(of.softFaults)) },
  { head: 'lost', width: 7, cell: (of) => timed(of, grouped(of.lostFaults)) },
  { head: 'page-ins', width: 10, cell: (of) => timed(of, grouped(of.pageIns)) },
  { head: 'page-outs', width: 10, cell: (of) => timed(of, grouped(of.pageOuts)) },
  { head: 'time s', width: 9, cell: (of) => (of.virtualNs === null ? '' : seconds(of.virtualNs)) },
  { head: 'slowdown', width: 9, cell: (of) => (of.slowdown === null ? '' : ratio(of.slowdown)) },
  { head: 'jain', width: 6, cell: (of) => ('jain' in of ? (of.jain?.toFixed(2) ?? '') : '') },
  { head: 'frames', width: 8, cell: (of) => timed(of, grouped(of.framesMean)) },
];

/** The whole table, lines ended by newlines. */
export function tableText(comparison: Comparison, style: Style): string {
  const { loaded, rows } = comparison;
  const lines = [...headLines(comparison, style), ''];
  const head = columns.map(({ head: text, width }) => text.padStart(width)).join('');
  for (const frames of loaded.frames) {
    const mib = ((frames * 4096) / 1048576).toFixed(1);
    lines.push(bold(`memory ${grouped(frames)} frames (${mib} MiB)`, style));
    lines.push(dim(`  ${'management'.padEnd(NAME_WIDTH)}${head}  sight`, style));
    const here = rows.filter((row) => row.frames === frames);
    for (const row of here) lines.push(...rowLines(comparison, row, style));
    lines.push(...noteLines(here, style), '');
  }
  return `${lines.join('\n')}\n`;
}

function headLines({ loaded }: Comparison, style: Style): string[] {
  const { costs, pageTable, tlb, device, pagerFrames } = loaded.machine;
  const tasks = loaded.tasks.map((task) => {
    const hostile = task.hostile === null ? '' : ` (hostile: ${task.hostile})`;
    return `${task.name}${hostile}`;
  });
  const turn =
    loaded.schedule === 'lockstep'
      ? 'lockstep'
      : `slices of ${timeText(loaded.slice, loaded.clock)}`;
  const pagers = pagerFrames === 'counted' ? "pagers' frames counted" : "pagers' frames outside";
  const machine = machineLabel(costs, pageTable, tlb, device);
  return [
    ...wrapped(`${bold(loaded.name, style)}: ${tasks.join(', ')}`, '  '),
    ...wrapped(`on ${machine}; ${turn}; ${pagers}; seed ${loaded.seed}`, '  '),
    ...wrapped(
      'faults = hard (device read) + soft + lost; time is virtual, summed over tasks; slowdown (mean of honest ' +
        'tasks) against alone with unlimited memory; jain: 1 is fair; frames: held on average',
      '  ',
    ),
  ];
}

function rowLines({ loaded }: Comparison, row: Row, style: Style): string[] {
  const cells = columns.map(({ cell, width }) => cell(row.totals).padStart(width)).join('');
  const lines = [
    `  ${bold(clipped(row.management, NAME_WIDTH - 1).padEnd(NAME_WIDTH), style)}${cells}  ${row.sight}`,
  ];
  for (const [at, task] of row.tasks.entries()) {
    const mark = loaded.tasks[at].hostile === null ? '' : '!';
    const name = clipped(`${task.name}${mark}`, NAME_WIDTH - 3).padEnd(NAME_WIDTH - 2);
    const own = columns.map(({ cell, width }) => cell(task).padStart(width)).join('');
    lines.push(dim(`    ${name}${own}`.trimEnd(), style));
  }
  return lines;
}

/** Each note once, behind the managements that have it. */
function noteLines(rows: readonly Row[], style: Style): string[] {
  const byNote = new Map<string, string[]>();
  for (const row of rows) {
    for (const note of row.notes) byNote.set(note, [...(byNote.get(note) ?? []), row.management]);
  }
  return [...byNote].flatMap(([note, managements]) => {
    const whose = managements.length === rows.length ? 'all' : managements.join(', ');
    const text = note.startsWith(`${whose}:`) ? note : `${whose}: ${note}`;
    return wrapped(`  ${text}`, '    ').map((line) => dim(line, style));
  });
}

/** Blank where a bound has no times: it does not compute this either. */
function timed(of: TaskResult | Totals, text: string): string {
  return of.virtualNs === null ? '' : text;
}

function seconds(ns: number): string {
  const value = ns / 1e9;
  return value.toFixed(value >= 1000 ? 0 : value >= 100 ? 1 : value >= 1 ? 2 : 4);
}

function timeText(ticks: number, clock: 'ns' | 'references'): string {
  if (clock === 'references') return `${grouped(ticks)} references`;
  return `${ticks / 1e6} ms`;
}
