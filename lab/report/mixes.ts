/**
 * Report of several mixes: who is quicker in which, by how much, and for which reasons.
 *
 * For each mix and memory size a line a management: slowdown, what that is of the slowdown under
 * contracts, and where the time goes; then what dividing memory costs there. At the end one table:
 * managements down, mixes across. What speaks against contracts stands in it as all else does.
 */

import type { ComparedMix, Division } from '../compare/index.ts';
import type { Row } from '../results.ts';
import { marksOf, marksTold, rivalsAmong } from './rivals.ts';
import { bold, counted, dim, grouped, ratio, type Style, wrapped } from './text.ts';

const OURS = 'contracts';
/** Closer than this counts as level. */
const LEVEL = 0.02;
const NAME_WIDTH = 21;
const MIX_WIDTH = 12;

interface Column {
  readonly head: string;
  readonly width: number;
  cell(row: Row, width: number): string;
}

const columns: readonly Column[] = [
  { head: 'hard', width: 10, cell: ({ totals }, width) => counted(totals.hardFaults, width - 1) },
  { head: 'soft', width: 9, cell: ({ totals }, width) => counted(totals.softFaults, width - 1) },
  { head: 'outs', width: 9, cell: ({ totals }, width) => counted(totals.pageOuts, width - 1) },
  { head: 'messages', width: 10, cell: ({ totals }) => perFault(totals.messages, totals.faults) },
  { head: 'trap ms', width: 9, cell: ({ totals }) => milliseconds(totals.timeNs?.trap) },
  { head: 'msg ms', width: 8, cell: ({ totals }) => milliseconds(totals.timeNs?.message) },
  { head: 'scan ms', width: 9, cell: ({ totals }) => milliseconds(totals.timeNs?.scan) },
  { head: 'I/O ms', width: 9, cell: ({ totals }) => milliseconds(totals.timeNs?.ioWait) },
  { head: 'jain', width: 6, cell: ({ totals }) => totals.jain?.toFixed(2) ?? '' },
];

/** The whole report, lines ended by newlines. */
export function mixesText(mixes: readonly ComparedMix[], style: Style): string {
  const lines = mixes.flatMap((mix) => mixLines(mix, style));
  lines.push(...summaryLines(mixes, style));
  return `${lines.join('\n')}\n`;
}

function mixLines({ name, what, comparison, divisions }: ComparedMix, style: Style): string[] {
  const head = columns.map(({ head: text, width }) => text.padStart(width)).join('');
  return comparison.loaded.frames.flatMap((frames) => {
    const rows = comparison.rows.filter((row) => row.frames === frames);
    const ours = rows.find(({ management }) => management === OURS);
    const division = divisions.find((one) => one.frames === frames);
    return [
      ...wrapped(bold(`${name}: ${what}; ${grouped(frames)} frames`, style), '  '),
      dim(`  ${'management'.padEnd(NAME_WIDTH)}slowdown  to ours${head}`, style),
      ...rows.filter(isTimed).map((row) => rowLine(row, ours)),
      ...reasons(division, rows, ours).flatMap((text) => wrapped(`  ${text}`, '    ')),
      '',
    ];
  });
}

function isTimed({ totals }: Row): boolean {
  return totals.virtualNs !== null;
}

function rowLine(row: Row, ours: Row | undefined): string {
  const { slowdown } = row.totals;
  const cells = [
    (slowdown === null ? '' : ratio(slowdown)).padStart(8),
    (row === ours ? '' : signed(toOurs(row, ours))).padStart(9),
    ...columns.map((column) => column.cell(row, column.width).padStart(column.width)),
  ];
  return `  ${row.management.padEnd(NAME_WIDTH)}${cells.join('')}`;
}

/** How much longer honest tasks take than under contracts: 0.1 is 10 %. */
export function toOurs(row: Row, ours: Row | undefined): number | null {
  const mine = ours?.totals.slowdown;
  const { slowdown } = row.totals;
  return !mine || slowdown === null ? null : slowdown / mine - 1;
}

function reasons(
  division: Division | undefined,
  rows: readonly Row[],
  ours: Row | undefined,
): string[] {
  if (division === undefined) return [];
  const { shared, divided, equal, own } = division;
  const optimal = rows.find(({ management }) => management === 'optimal');
  const parts = [
    ...(shared === null ? [] : [`one LRU for all ${grouped(shared)}`]),
    `LRU in the best fixed division ${grouped(divided)}${against(divided, shared)}`,
    `in equal parts ${grouped(equal)}${against(equal, shared)}`,
    ...(own === null
      ? []
      : [`own policies in their best division ${grouped(own)}${against(own, divided)}`]),
    ...(optimal === undefined ? [] : [`optimum ${grouped(optimal.totals.faults)}`]),
  ];
  const told = `faults of one round each, by curves: ${parts.join('; ')}.`;
  if (ours === undefined) return [told];
  const { revocationsMet, revocationsMissed, revocationsPartly } = ours.totals;
  const notices = `notices under contracts: ${grouped(revocationsMet)} met, ${grouped(revocationsMissed)} missed, ${grouped(revocationsPartly)} partly.`;
  return [told, notices, ...whereTimeGoes(rows, ours)];
}

/** What contracts take more and less, part by part, than the central pager that is quickest. */
function whereTimeGoes(rows: readonly Row[], ours: Row): string[] {
  const [best] = rivalsOf(rows, ours);
  const theirs = best?.row.totals.timeNs;
  const mine = ours.totals.timeNs;
  if (best === undefined || !theirs || !mine) return [];
  const parts = (Object.keys(partNames) as (keyof typeof partNames)[]).flatMap((part) => {
    const more = (mine[part] - theirs[part]) / 1e6;
    return Math.abs(more) < 0.01
      ? []
      : [`${partNames[part]} ${more > 0 ? '+' : '-'}${ratio(Math.abs(more))}`];
  });
  return [
    `contracts beside ${best.row.management}, ms of all tasks together: ${parts.join(', ')}.`,
  ];
}

const partNames = {
  trap: 'traps',
  message: 'messages',
  scan: 'scans',
  zero: 'zeroing',
  translation: 'translation',
  ioWait: 'waiting for the device',
  cpuWait: 'waiting for the CPU',
} as const;

function against(count: number, of: number | null): string {
  return of === null || of === 0 ? '' : ` (${signed(count / of - 1)})`;
}

function summaryLines(mixes: readonly ComparedMix[], style: Style): string[] {
  const cases = mixes.flatMap((mix) =>
    mix.comparison.loaded.frames.map((frames) => ({
      label: mix.comparison.loaded.frames.length === 1 ? mix.name : `${mix.name} ${frames}`,
      rows: mix.comparison.rows.filter((row) => row.frames === frames && isTimed(row)),
    })),
  );
  const names = [...new Set(cases.flatMap(({ rows }) => rows.map((row) => row.management)))];
  const head = cases.map(({ label }) => label.slice(0, MIX_WIDTH - 1).padStart(MIX_WIDTH));
  const marked = new Map(
    cases.flatMap(({ rows }) => rows.map((row) => [row.management, marksOf(row)])),
  );
  const lines = names
    .filter((name) => name !== OURS)
    .map((name) => {
      const cells = cases.map(({ rows }) => {
        const ours = rows.find(({ management }) => management === OURS);
        const row = rows.find(({ management }) => management === name);
        return (row ? signed(toOurs(row, ours)) : '').padStart(MIX_WIDTH);
      });
      return `  ${`${name} ${marked.get(name) ?? ''}`.padEnd(NAME_WIDTH)}${cells.join('')}`;
    });
  const legend = [...marked.values()].some((marks) => marks !== '') ? [marksTold] : [];
  return [
    bold('In all: how much longer honest tasks take than under contracts (-: quicker)', style),
    dim(`  ${''.padEnd(NAME_WIDTH)}${head.join('')}`, style),
    ...lines,
    ...legend.flatMap((one) => wrapped(`  ${one}`, '  ')),
    '',
    ...cases
      .flatMap(({ label, rows }) => verdict(label, rows))
      .flatMap((one) => wrapped(one, '  ')),
  ];
}

/** Who wins, against the best that a kernel could really do (rivals.ts). */
function verdict(label: string, rows: readonly Row[]): string[] {
  const ours = rows.find(({ management }) => management === OURS);
  if (ours === undefined) return [];
  const ranked = rivalsOf(rows, ours).map(({ row, by }) => ({ name: row.management, row, by }));
  if (ranked.length === 0) return [];
  const best = ranked[0] as (typeof ranked)[number];
  const worst = ranked.at(-1) as (typeof ranked)[number];
  const ahead = ranked.filter(({ by }) => by < -LEVEL);
  const equal = inEqualParts(rows, best.row);
  if (best.by > LEVEL)
    return [
      `- ${label}: self-paging wins; ${best.name}, the best central pager, takes ` +
        `${percent(best.by)} longer, ${worst.name} ${percent(worst.by)}${equal}.`,
    ];
  if (ahead.length === 0)
    return [
      `- ${label}: level with ${best.name}; ${worst.name} takes ${percent(worst.by)} longer${equal}.`,
    ];
  const names = ahead.map(({ name, by }) => `${name} (${percent(-by)})`).join(', ');
  const rest = ranked.length - ahead.length;
  return [`- ${label}: self-paging loses; quicker are ${names}; ${rest} others are not${equal}.`];
}

/** What becomes of it where nobody knows how to divide memory. */
function inEqualParts(rows: readonly Row[], best: Row): string {
  const equal = rows.find(({ management }) => management === 'contracts-equal');
  const by = equal === undefined ? null : toOurs(equal, best);
  if (by === null) return '';
  const how = by > 0 ? `${percent(by)} longer` : `${percent(-by)} less`;
  return `; in equal parts ${how} than ${best.management}`;
}

/** Whom it is measured against, the quickest first, and how much longer each takes. */
function rivalsOf(rows: readonly Row[], ours: Row): { row: Row; by: number }[] {
  return rivalsAmong(rows).flatMap((row) => {
    const by = toOurs(row, ours);
    return by === null ? [] : [{ row, by }];
  });
}

function perFault(count: number, faults: number): string {
  return faults === 0 ? '' : ratio(count / faults);
}

function milliseconds(ns: number | undefined): string {
  return ns === undefined ? '' : ratio(ns / 1e6);
}

function percent(part: number): string {
  return `${ratio(100 * part)} %`;
}

function signed(part: number | null): string {
  if (part === null) return '';
  const rounded = Math.round(100 * part);
  return `${rounded > 0 ? '+' : ''}${rounded} %`;
}
