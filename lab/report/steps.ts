/**
 * Steps as text: a small run, a line for each reference, as a lecture would write it on the board.
 *
 *   board   4   4   read   fault: first touch, read in   1   2 3 4
 */

import {
  kindOfRun,
  lengthOfRun,
  pageOfRun,
  type ReferenceString,
} from '../../sim-hw/references.ts';
import type { StepRecord } from '../compare/steps.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { clipped } from './text.ts';

const KINDS = ['read', 'write', 'fetch'];
const SHOWN_PAGES = 12;
/** A fault makes a page or a few go; more at once went with a task's end. */
const OUT_TOGETHER = 3;

interface Board {
  readonly loaded: LoadedScenario;
  /** Columns that a name, a reference's number, a page and a page that goes take. */
  readonly widths: { readonly name: number; at: number; page: number; out: number };
  /** Names stand before pages where tasks share a pager. */
  readonly named: boolean;
  /** By task: pages in the order they came in. */
  readonly resident: number[][];
  /** Pages that went since the last line. */
  out: string[];
  /** By task: the fault that its next reference had. */
  readonly fault: string[];
  /** By task: the next run to read, and references of it that are read. */
  readonly cursor: { run: number; offset: number }[];
  readonly lines: string[];
}

/** The lines of the run, ended by newlines. `central`: one pager serves all tasks. */
export function stepsText(
  loaded: LoadedScenario,
  records: readonly StepRecord[],
  central: boolean,
): string {
  const { tasks } = loaded;
  const named = central && tasks.length > 1;
  const board: Board = {
    loaded,
    named,
    widths: widthsOf(loaded, named),
    resident: tasks.map(() => []),
    out: [],
    fault: tasks.map(() => ''),
    cursor: tasks.map(() => ({ run: 0, offset: 0 })),
    lines: [],
  };
  board.lines.push(line(board, 'task', 'at', 'page', 'access', 'outcome', 'out', 'resident'));
  for (const record of records) show(board, record);
  flush(board);
  return `${[...board.lines, '', ...summary(loaded, records)].join('\n')}\n`;
}

/** Faults of each task, as the textbook counts them. */
function summary({ tasks }: LoadedScenario, records: readonly StepRecord[]): string[] {
  return tasks.map(({ name }, task) => {
    let references = 0;
    let faults = 0;
    let first = 0;
    for (const record of records) {
      if (record.task !== task) continue;
      if (record.kind === 'run') references += record.to - record.from;
      if (record.kind !== 'fault') continue;
      faults++;
      if (record.first) first++;
    }
    return `${name}: ${references} references, ${faults} faults, ${first} of them first touches`;
  });
}

function widthsOf({ tasks }: LoadedScenario, named: boolean): Board['widths'] {
  const widest = (texts: readonly string[]) => Math.max(4, ...texts.map((text) => text.length));
  const numbers = tasks.flatMap(({ references }) =>
    Array.from(references.pageNumbers, (page) => String(page)),
  );
  const name = Math.min(12, widest(tasks.map((task) => task.name)));
  const page = widest(numbers);
  return {
    name,
    at: widest(tasks.map((task) => String(task.references.references))),
    page,
    out: named ? page + name + 1 : page,
  };
}

function show(board: Board, record: StepRecord): void {
  const { task } = record;
  switch (record.kind) {
    case 'in':
      board.resident[task].push(record.page);
      return;
    case 'out': {
      const pages = board.resident[task];
      pages.splice(pages.indexOf(record.page), 1);
      board.out.push(pageText(board, task, record.page));
      return;
    }
    case 'fault':
      board.fault[task] = faultText(record.how, record.first);
      return;
    case 'run':
      for (let at = record.from; at < record.to; at++) showReference(board, task, at);
  }
}

function faultText(how: 'hard' | 'soft' | 'lost' | 'regenerated', first: boolean): string {
  if (how === 'lost') return 'fault: contents lost';
  if (how === 'regenerated') return 'fault: made anew';
  const device = how === 'hard' ? ', read in' : '';
  return first ? `fault: first touch${device}` : how === 'hard' ? 'fault: read in' : 'fault: soft';
}

function showReference(board: Board, task: number, at: number): void {
  const { loaded, cursor, fault } = board;
  const program = loaded.tasks[task].references;
  const run = program.runs[cursor[task].run];
  // What went for another reason than this reference's fault stands on a line of its own.
  if (fault[task] === '' || board.out.length > OUT_TOGETHER) flush(board);
  const text = line(
    board,
    loaded.tasks[task].name,
    String(at + 1),
    String(numberOf(program, pageOfRun(run))),
    KINDS[kindOfRun(run)],
    fault[task] || 'hit',
    board.out.join(' '),
    residentText(board, task),
  );
  board.lines.push(text);
  board.out = [];
  fault[task] = '';
  advance(cursor[task], program);
}

function advance(cursor: { run: number; offset: number }, { runs }: ReferenceString): void {
  cursor.offset++;
  if (cursor.offset < lengthOfRun(runs[cursor.run])) return;
  cursor.run = (cursor.run + 1) % runs.length;
  cursor.offset = 0;
}

/** Pages that went with no fault behind it: called back, given up, or freed at an end. */
function flush(board: Board): void {
  if (board.out.length === 0) return;
  board.lines.push(line(board, '', '', '', '', 'given up', board.out.join(' '), ''));
  board.out = [];
}

function residentText(board: Board, task: number): string {
  const held = board.named
    ? board.resident.flatMap((pages, at) => pages.map((page) => pageText(board, at, page)))
    : board.resident[task].map((page) => pageText(board, task, page));
  if (held.length <= SHOWN_PAGES) return held.join(' ');
  return `${held.length} pages`;
}

function pageText({ loaded, named }: Board, task: number, page: number): string {
  const number = numberOf(loaded.tasks[task].references, page);
  return named ? `${loaded.tasks[task].name}:${number}` : String(number);
}

function numberOf(program: ReferenceString, page: number): number {
  return program.pageNumbers[page];
}

function line({ widths }: Board, ...texts: string[]): string {
  const [task, at, page, access, outcome, out, resident] = texts;
  const cells = [
    clipped(task, widths.name).padEnd(widths.name),
    at.padStart(widths.at),
    page.padStart(widths.page),
    access.padEnd(6),
    outcome.padEnd(27),
    out.padEnd(widths.out),
    resident,
  ];
  return cells.join('  ').trimEnd();
}
