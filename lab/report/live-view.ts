/**
 * Live view: one snapshot of a run as lines for a terminal of a given size, or as one plain line.
 *
 *   aaaaaaaaAAAbbbbbbbbcccccc.....   frames by owner: a within its guarantee, A beyond, . free
 *
 * Lines never exceed the width. Columns that do not fit go, the least telling first, and so do
 * tasks below the last line.
 */

import type { ContractSnapshot, Snapshot, TaskSnapshot } from '../run/snapshot.ts';
import { timeOfTicks } from '../scenario/time-text.ts';
import { barLine, letterOf } from './frames-bar.ts';
import { ALARM, coloured, ownerColour } from './palette.ts';
import { bold, clipped, counted, dim, grouped, type Style } from './text.ts';

export interface ViewSize {
  readonly width: number;
  readonly height: number;
}

/** What the host knows beside the snapshot, ready to be shown. */
export interface ViewTexts {
  readonly title: string;
  /** How fast the run goes, in wall time; empty where it is not known yet. */
  readonly speed: string;
}

interface Column {
  readonly head: string;
  readonly width: number;
  /** The lower, the longer it stays. */
  readonly rank: number;
  cell(task: TaskSnapshot, at: Snapshot): string;
  alarm?(task: TaskSnapshot): boolean;
}

const NAME_LEAST = 8;
const NAME_MOST = 20;

const columns: readonly Column[] = [
  { head: 'held', width: 7, rank: 0, cell: ({ held }) => counted(held, 6) },
  { head: 'G', width: 7, rank: 1, cell: (task) => ofContract(task, (one) => one.guaranteed) },
  { head: 'E', width: 7, rank: 2, cell: (task) => ofContract(task, (one) => one.extra) },
  {
    head: 'owes',
    width: 6,
    rank: 1,
    cell: (task) => ofContract(task, ({ owed }) => owed),
    alarm: ({ contract }) => (contract?.owed ?? 0) > 0,
  },
  { head: 'due in', width: 9, rank: 3, cell: dueIn },
  { head: 'wants', width: 6, rank: 7, cell: (task) => ofContract(task, ({ wanted }) => wanted) },
  { head: 'term left', width: 10, rank: 4, cell: termLeft },
  { head: 'locks', width: 6, rank: 6, cell: ({ locked }) => (locked > 0 ? String(locked) : '-') },
  { head: 'faults', width: 8, rank: 2, cell: ({ faults }) => counted(faults, 7) },
  { head: 'hard', width: 8, rank: 8, cell: ({ hardFaults }) => counted(hardFaults, 7) },
  {
    head: 'missed',
    width: 7,
    rank: 9,
    cell: ({ missed, contract }) => (contract === null || missed === 0 ? '-' : counted(missed, 6)),
  },
  { head: 'round', width: 7, rank: 5, cell: roundOf },
];

/** The lines of the view, at most `height` of at most `width` visible columns. */
export function liveView(
  snapshot: Snapshot,
  { title, speed }: ViewTexts,
  size: ViewSize,
  style: Style,
): string[] {
  const { width, height } = size;
  const { colours } = style;
  const shown = columnsFor(snapshot, width);
  const state = snapshot.over ? 'over' : 'running';
  const head = [
    bold(sides(title, `${timeText(snapshot.at, snapshot)}, ${state}`, width), style),
    clipped(statusLine(snapshot, speed), width),
    '',
    barLine(snapshot, width, colours),
    clipped(framesLine(snapshot), width),
    '',
    dim(clipped(headLine(snapshot, shown, width), width), style),
  ];
  const foot = ['', clipped(noticesLine(snapshot), width)];
  const room = Math.max(1, height - head.length - foot.length);
  const { tasks } = snapshot;
  const fits = tasks.length <= room ? tasks.length : room - 1;
  const rows = tasks
    .slice(0, fits)
    .map((task, index) => taskLine(snapshot, task, index, shown, width, style));
  if (fits < tasks.length) rows.push(`... ${tasks.length - fits} more tasks`);
  return [...head, ...rows, ...foot].slice(0, Math.max(1, height));
}

/** The same for a file or a pipe: `at  free 4 of 60; a 30/28+4, b 26/24+4 owes 3 in 20 us`. */
export function liveLine(snapshot: Snapshot): string {
  const { tasks, free, frames, locked } = snapshot;
  const told = tasks.map((task) => {
    const { name, held, contract } = task;
    if (contract === null) return `${name} ${grouped(held)}`;
    const { guaranteed, extra, owed } = contract;
    const due = owed > 0 ? ` owes ${grouped(owed)} in ${dueIn(task, snapshot).trim()}` : '';
    return `${name} ${grouped(held)}/${grouped(guaranteed)}+${grouped(extra)}${due}`;
  });
  const faults = tasks.reduce((sum, task) => sum + task.faults, 0);
  return (
    `${timeText(snapshot.at, snapshot)}: ${grouped(free)} of ${grouped(frames)} free; ` +
    `${told.join(', ')}; ${locked} locked, ${grouped(faults)} faults`
  );
}

function timeText(ticks: number, { clock }: Snapshot): string {
  return timeOfTicks(ticks, clock);
}

/** Short enough for a column. */
function shortTime(ticks: number, { clock }: Snapshot): string {
  if (clock === 'references') return counted(ticks, 7);
  const unit = ticks >= 1e9 ? 's' : ticks >= 1e6 ? 'ms' : 'us';
  const value = ticks / { s: 1e9, ms: 1e6, us: 1e3 }[unit];
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

function ofContract(
  { contract }: TaskSnapshot,
  value: (contract: ContractSnapshot) => number,
): string {
  if (contract === null) return '-';
  const count = value(contract);
  return count === 0 ? '-' : counted(count, 6);
}

function dueIn({ contract }: TaskSnapshot, at: Snapshot): string {
  const deadline = contract?.deadline ?? null;
  return deadline === null ? '-' : shortTime(Math.max(0, deadline - at.at), at);
}

function termLeft({ contract }: TaskSnapshot, at: Snapshot): string {
  if (contract === null || contract.status === 'gone') return '-';
  if (contract.status === 'expired' || contract.status === 'none') return contract.status;
  return contract.until === null ? 'no end' : shortTime(Math.max(0, contract.until - at.at), at);
}

function roundOf({ references, round, doing }: TaskSnapshot): string {
  if (doing === 'ended' || doing === 'killed') return doing;
  if (references > round) return 'again';
  return `${Math.floor((100 * references) / round)} %`;
}

/** Columns that fit beside a name, in their order. */
function columnsFor({ tasks }: Snapshot, width: number): Column[] {
  const shown = [...columns];
  const taken = () => 2 + NAME_LEAST + shown.reduce((sum, column) => sum + column.width, 0);
  const uncontracted = tasks.every(({ contract }) => contract === null);
  const useless = ['G', 'E', 'owes', 'due in', 'wants', 'term left', 'missed'];
  for (let at = shown.length - 1; uncontracted && at >= 0; at--)
    if (useless.includes(shown[at].head)) shown.splice(at, 1);
  while (shown.length > 1 && taken() > width) {
    const last = shown.reduce((worst, one) => (one.rank > worst.rank ? one : worst));
    shown.splice(shown.indexOf(last), 1);
  }
  return shown;
}

function nameWidth({ tasks }: Snapshot, shown: readonly Column[], width: number): number {
  const left = width - 2 - shown.reduce((sum, column) => sum + column.width, 0);
  const wanted = Math.max(NAME_LEAST, ...tasks.map(({ name }) => name.length));
  return Math.max(1, Math.min(wanted, NAME_MOST, left));
}

function headLine(snapshot: Snapshot, shown: readonly Column[], width: number): string {
  const name = 'task'.padEnd(nameWidth(snapshot, shown, width));
  return `  ${name}${shown.map((column) => column.head.padStart(column.width)).join('')}`;
}

function taskLine(
  snapshot: Snapshot,
  task: TaskSnapshot,
  index: number,
  shown: readonly Column[],
  width: number,
  style: Style,
): string {
  const { colours } = style;
  const wide = nameWidth(snapshot, shown, width);
  const key = coloured(letterOf(index), ownerColour(index), colours);
  const cells = shown.map((column) => {
    const text = column.cell(task, snapshot).padStart(column.width);
    return column.alarm?.(task) ? coloured(text, ALARM, colours) : text;
  });
  return `${key} ${clipped(task.name, wide).padEnd(wide)}${cells.join('')}`;
}

function statusLine({ clock, ns, references, locked }: Snapshot, speed: string): string {
  // The other clock's time: that of terms stands above.
  const parts = [
    clock === 'ns' ? `${counted(references, 9)} references` : `virtual ${timeOfTicks(ns, 'ns')}`,
    ...(speed === '' ? [] : [speed]),
    `${locked} ${locked === 1 ? 'container' : 'containers'} locked`,
  ];
  return parts.join(', ');
}

function framesLine({ frames, free, tasks }: Snapshot): string {
  const lent = tasks.reduce(
    (sum, { held, contract }) => sum + Math.max(0, held - (contract?.guaranteed ?? held)),
    0,
  );
  const beyond = tasks.some(({ contract }) => contract !== null)
    ? `, ${grouped(lent)} of them beyond a guarantee (capitals)`
    : '';
  return `${grouped(frames)} frames: ${grouped(frames - free)} held${beyond}, ${grouped(free)} free`;
}

function noticesLine({ tasks, ...at }: Snapshot): string {
  const owing = tasks.filter(({ contract }) => (contract?.owed ?? 0) > 0);
  if (tasks.every(({ contract }) => contract === null))
    return 'a central pager decides for all: no contracts, no notices';
  if (owing.length === 0) return 'no notice in flight';
  const told = owing.map((task) => {
    const due = dueIn(task, { ...at, tasks }).trim();
    return `${task.name} ${grouped(task.contract?.owed ?? 0)} in ${due}`;
  });
  return `notices in flight: ${told.join(', ')}`;
}

function sides(left: string, right: string, width: number): string {
  const room = width - right.length - 1;
  if (room < 8) return clipped(left, width);
  return `${clipped(left, room).padEnd(room)} ${right}`;
}
