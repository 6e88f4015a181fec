/**
 * Table: a line for each memory size and management, its tasks beneath, notes at the foot.
 *
 * Fits 120 columns, and columns never touch: a count too wide for its own is shortened (12.3 M; the
 * document of `--json` has every digit). Blank is what a bound does not compute. Page-ins are not
 * shown: each hard fault reads one page.
 */

import { machineLabel } from '../../sim-hw/costs/index.ts';
import type { Comparison } from '../compare/compare.ts';
import type { Row, TaskResult, Totals } from '../results.ts';
import { diskTexts } from './disk-lines.ts';
import { processorTexts } from './processor-lines.ts';
import { swapLines } from './swap-lines.ts';
import { bold, clipped, counted, dim, grouped, ratio, type Style, wrapped } from './text.ts';

interface Column {
  readonly head: string;
  readonly width: number;
  cell(of: TaskResult | Totals, width: number): string;
}

const NAME_WIDTH = 17;
const LABEL_WIDTH = 20;

const columns: readonly Column[] = [
  { head: 'faults', width: 11, cell: (of, width) => counted(of.faults, width - 1) },
  { head: 'hard', width: 10, cell: (of, width) => timed(of, counted(of.hardFaults, width - 1)) },
  { head: 'soft', width: 10, cell: (of, width) => timed(of, counted(of.softFaults, width - 1)) },
  { head: 'lost', width: 7, cell: (of, width) => timed(of, counted(of.lostFaults, width - 1)) },
  { head: 'page-outs', width: 11, cell: (of, width) => timed(of, counted(of.pageOuts, width - 1)) },
  { head: 'time s', width: 9, cell: (of) => (of.virtualNs === null ? '' : seconds(of.virtualNs)) },
  { head: 'slowdown', width: 10, cell: (of) => (of.slowdown === null ? '' : ratio(of.slowdown)) },
  { head: 'jain', width: 6, cell: (of) => ('jain' in of ? (of.jain?.toFixed(2) ?? '') : '') },
  { head: 'frames', width: 8, cell: (of) => timed(of, grouped(of.framesMean)) },
];

/** The whole table, lines ended by newlines. */
export function tableText(comparison: Comparison, style: Style): string {
  const { loaded, rows } = comparison;
  const lines = [...headLines(comparison, style), ''];
  const head = columns.map(({ head: text, width }) => text.padStart(width)).join('');
  for (const frames of loaded.frames) {
    const size =
      frames < 256 ? `${frames * 4} KiB` : `${((frames * 4096) / 1048576).toFixed(1)} MiB`;
    lines.push(bold(`memory ${grouped(frames)} frames (${size})`, style));
    lines.push(dim(`  ${'management'.padEnd(NAME_WIDTH)}${head}  sight, policy, G`, style));
    const here = rows.filter((row) => row.frames === frames);
    for (const row of here) lines.push(...rowLines(comparison, row, style));
    lines.push('');
  }
  lines.push(...noteLines(rows, style), ...regeneratedLines(rows, style));
  for (const text of [...processorTexts(rows), ...diskTexts(rows)])
    lines.push(...wrapped(text, '  ').map((line) => dim(line, style)));
  lines.push(...swapLines(rows, style));
  lines.push(...damageLines(rows, style), '');
  return `${lines.join('\n')}\n`;
}

function headLines({ loaded }: Comparison, style: Style): string[] {
  const { costs, pageTable, tlb, device, pagerFrames, fidelity, cpus, tlbConsistency } =
    loaded.machine;
  const tasks = loaded.tasks.map((task) => {
    const hostile = task.hostile === null ? '' : ` (hostile: ${task.hostile})`;
    return `${task.name}${hostile}`;
  });
  const turn =
    loaded.schedule === 'lockstep'
      ? 'lockstep'
      : `slices of ${timeText(loaded.slice, loaded.clock)}`;
  const pagers = pagerFrames === 'counted' ? "pagers' frames counted" : "pagers' frames outside";
  const bytes = fidelity === 'bytes' ? ', pages of bytes' : '';
  const label = machineLabel(costs, pageTable, tlb, device, loaded.machine.figures);
  const several = cpus === 1 ? '' : `${cpus} CPUs (TLBs: ${tlbConsistency}) of `;
  const machine = several + label + bytes;
  return [
    ...wrapped(`${bold(loaded.name, style)}: ${tasks.join(', ')}`, '  '),
    ...wrapped(`on ${machine}; ${turn}; ${pagers}; seed ${loaded.seed}`, '  '),
    ...wrapped(
      'faults = hard (a page read) + soft + lost; time: virtual, of tasks summed; slowdown: times as long as ' +
        'alone with ample memory, mean of honest tasks; jain: how evenly slowed, 1 is evenly; frames: held on ' +
        'average; G: frames guaranteed',
      '  ',
    ),
  ];
}

function rowLines({ loaded }: Comparison, row: Row, style: Style): string[] {
  const cells = cellsOf(row.totals);
  const told = row.management.replace('contracts-undefended', 'undefended');
  const name = clipped(told, NAME_WIDTH - 1).padEnd(NAME_WIDTH);
  const lines = [`  ${bold(name, style)}${cells}  ${row.sight}`];
  for (const [at, task] of row.tasks.entries()) {
    const mark = loaded.tasks[at].hostile === null ? '' : '!';
    const own = clipped(`${task.name}${mark}`, NAME_WIDTH - 3).padEnd(NAME_WIDTH - 2);
    const label = clipped(row.labels[at] ?? '', LABEL_WIDTH);
    lines.push(dim(`    ${own}${cellsOf(task)}  ${label}`.trimEnd(), style));
  }
  return lines;
}

function cellsOf(of: TaskResult | Totals): string {
  return columns.map(({ cell, width }) => cell(of, width).padStart(width)).join('');
}

/** Each note once, behind the managements that have it. */
function noteLines(rows: readonly Row[], style: Style): string[] {
  const byNote = new Map<string, Set<string>>();
  for (const row of rows)
    for (const note of row.notes)
      byNote.set(note, (byNote.get(note) ?? new Set()).add(row.management));
  const all = new Set(rows.map((row) => row.management));
  return [...byNote].flatMap(([note, managements]) => {
    const whose = managements.size === all.size ? 'all' : [...managements].join(', ');
    return wrapped(`${whose}: ${note}`, '  ').map((line) => dim(line, style));
  });
}

/** Faults that are neither hard, soft nor lost: only discardable pages have them. */
function regeneratedLines(rows: readonly Row[], style: Style): string[] {
  const told = rows.flatMap(({ management, frames, tasks }) => {
    const made = tasks.filter(({ regeneratedFaults }) => regeneratedFaults > 0);
    if (made.length === 0) return [];
    const each = made.map((task) => `${task.name} ${grouped(task.regeneratedFaults)}`);
    return [`${management} at ${grouped(frames)} frames: ${each.join(', ')}`];
  });
  if (told.length === 0) return [];
  const text = `among the faults beside hard, soft and lost, pages made anew: ${told.join('; ')}`;
  return wrapped(text, '  ').map((line) => dim(line, style));
}

/** What a row without its defences came to, as oracles see it: the first finding, and how many. */
function damageLines(rows: readonly Row[], style: Style): string[] {
  return rows.flatMap(({ management, frames, damage, totals }) => {
    if (!damage || damage.length === 0) return [];
    const found = `${grouped(totals.damage ?? 0)} times a rule is broken that was switched off`;
    const text = `${management} at ${grouped(frames)} frames: ${found}, first ${damage[0]}`;
    return wrapped(text, '  ').map((line) => dim(line, style));
  });
}

/** Blank where a bound has no times: it does not compute this either. */
function timed(of: TaskResult | Totals, text: string): string {
  return of.virtualNs === null ? '' : text;
}

function seconds(ns: number): string {
  const value = ns / 1e9;
  if (ns > 0 && ns < 1e6) return `${(ns / 1e3).toFixed(1)} us`;
  return value.toFixed(value >= 1000 ? 0 : value >= 100 ? 1 : value >= 1 ? 2 : 4);
}

function timeText(ticks: number, clock: 'ns' | 'references'): string {
  if (clock === 'references') return `${grouped(ticks)} references`;
  if (ticks >= 1e6) return `${ticks / 1e6} ms`;
  return ticks >= 1e3 ? `${ticks / 1e3} us` : `${ticks} ns`;
}
