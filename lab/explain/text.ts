/** An explanation in plain words: what is held, under which contract, and how it came to that. */

import { bold, dim, grouped, type Style, wrapped } from '../report/text.ts';
import { type TermClock as Clock, timeOfTicks } from '../scenario/time-text.ts';
import type { ContractThen, Explanation } from './explanation.ts';
import type { HistoryStep, NoticeStep } from './history-step.ts';
import { forWhom, frames, noticesText, stepText, times } from './step-text.ts';

/** Series of steps shown at the most; what came before them is one line. --json has all. */
const SERIES_SHOWN = 24;
const TIME_WIDTH = 14;
const COLUMNS = 120;

/** The lines, ended by newlines. */
export function explanationText(told: Explanation, style: Style): string {
  const clock = told.run?.clock ?? 'ns';
  const lines = [
    bold(headline(told, clock), style),
    ...contractLines(told, clock),
    ...[sumsLine(told), noticesLine(told, clock), waitsLine(told, clock), refusalsLine(told)]
      .filter((text) => text !== '')
      .flatMap((text) => wrapped(`- ${text}`, '  ')),
    '',
    ...stepLines(told, clock, style),
  ];
  return `${lines.join('\n')}\n`;
}

function headline({ run, task, at, lastAt, held, contract }: Explanation, clock: Clock): string {
  const where =
    run === null ? '' : ` (${run.scenario}: ${run.management} in ${grouped(run.frames)} frames)`;
  const late = at > lastAt ? `, after the last event at ${timeOfTicks(lastAt, clock)}` : '';
  const verb = contract.status === 'gone' ? 'is gone and holds' : 'holds';
  return `${task} ${verb} ${frames(held)} at ${timeOfTicks(at, clock)}${late}${where}`;
}

function contractLines({ contract, held }: Explanation, clock: Clock): string[] {
  const { status, guaranteed } = contract;
  const lines = [`Contract: ${contractText(contract, clock)}.`];
  if (status === 'active' || status === 'shrinking') {
    const over = held - guaranteed;
    const free =
      over > 0
        ? `${grouped(guaranteed)} of the ${grouped(held)} are its own by right; the rest, ${grouped(over)}, is lent ` +
          'and due back when somebody needs it within a guarantee'
        : `all it holds is within its guarantee; ${roomText(-over, contract.extra)}`;
    lines.push(`${capital(free)}.`);
  }
  return lines.flatMap((text) => wrapped(`- ${text}`, '  '));
}

function roomText(within: number, extra: number): string {
  if (within > 0) return `${grouped(within)} more it gets whenever it asks`;
  return extra > 0 ? 'more is lent while it is free' : 'it gets no more';
}

function contractText(contract: ContractThen, clock: Clock): string {
  const { status, guaranteed, extra, since, renewals, until, next } = contract;
  if (status === 'none') return 'none yet, so every request is refused';
  if (status === 'gone') return 'none any more; the task is over, and all it had is free';
  if (status === 'expired')
    return 'expired, not renewed in time; what is held is due back when somebody needs it';
  const renewed = renewals === 0 ? '' : `, renewed ${times(renewals)}`;
  const end = until === null ? 'without end' : `until ${timeOfTicks(until, clock)}`;
  const falls =
    next === null
      ? ''
      : `; by its own wish G falls to ${grouped(next.guaranteed)} at ${timeOfTicks(next.at, clock)}`;
  return (
    `${grouped(guaranteed)} guaranteed (G), up to ${grouped(extra)} extra (E); in force since ` +
    `${timeOfTicks(since ?? 0, clock)}${renewed}, ${end}${falls}`
  );
}

function sumsLine({ sums, held }: Explanation): string {
  const { within, extra, returned, late, taken, inherited } = sums;
  const parts = [
    `granted ${grouped(within + extra)} (${grouped(within)} within G, ${grouped(extra)} as extras)`,
    ...(returned > 0
      ? [`returned ${grouped(returned)}${late > 0 ? ` (${grouped(late)} late)` : ''}`]
      : []),
    ...(taken > 0 ? [`taken away ${grouped(taken)}`] : []),
    ...(inherited > 0 ? [`freed at its end ${grouped(inherited)}`] : []),
  ];
  return `Sum: ${parts.join(' - ')} = ${grouped(held)} held.`;
}

function noticesLine({ notices, steps }: Explanation, clock: Clock): string {
  const { met, missed, owed } = notices;
  const all = met + missed + (owed > 0 ? 1 : 0);
  if (all === 0) return 'Notices: never asked for frames back.';
  const open = steps.findLast((step) => step.kind === 'notice' && step.outcome === 'open');
  const due =
    open?.kind === 'notice' && owed > 0
      ? `; ${frames(owed)} still due by ${timeOfTicks(open.deadline, clock)}${forWhom(open)}`
      : '';
  return `Notices: asked ${times(all)} for frames back; ${grouped(met)} met, ${grouped(missed)} missed${due}.`;
}

function waitsLine({ waits }: Explanation, clock: Clock): string {
  if (waits === null) return '';
  return (
    `Waits for ${frames(waits.frames)} within its guarantee since ` +
    `${timeOfTicks(waits.since, clock)}: none is free, others have been asked.`
  );
}

function refusalsLine({ refusals }: Explanation): string {
  const [most] = refusals;
  if (most === undefined) return '';
  const all = refusals.reduce((sum, one) => sum + one.times, 0);
  const often = refusals.length === 1 ? '' : `, most often (${grouped(most.times)})`;
  return `Refused ${times(all)}${often}: ${most.reason}.`;
}

function stepLines({ steps }: Explanation, clock: Clock, style: Style): string[] {
  if (steps.length === 0) return ['Nothing had befallen it.'];
  const series = seriesOf(steps);
  const shown = series.slice(-SERIES_SHOWN);
  const before = series.slice(0, -SERIES_SHOWN).flat();
  return [
    dim(columns('time', 'frames', 'held', 'what')[0], style),
    ...(before.length > 0
      ? columns(
          '',
          '',
          heldAfter(before),
          `${grouped(before.length)} steps before; --json has them`,
        )
      : []),
    ...shown.flatMap((alike) => seriesLines(alike, clock)),
  ];
}

/** Steps one after the other that read alike: notices for the same tasks, all met. */
function seriesOf(steps: readonly HistoryStep[]): HistoryStep[][] {
  const series: HistoryStep[][] = [];
  for (const step of steps) {
    const last = series.at(-1);
    if (last !== undefined && isAlike(last[0], step)) last.push(step);
    else series.push([step]);
  }
  return series;
}

function isAlike(one: HistoryStep, two: HistoryStep): boolean {
  if (one.kind !== 'notice' || two.kind !== 'notice') return false;
  const names = ({ wanted }: NoticeStep) => wanted.map(({ task }) => task).join();
  const met = one.outcome === 'met' && two.outcome === 'met';
  return met && one.cause === two.cause && names(one) === names(two);
}

function seriesLines(alike: readonly HistoryStep[], clock: Clock): string[] {
  const [first] = alike;
  const change = alike.reduce((sum, { frames: by }) => sum + by, 0);
  const when = timeOfTicks(first.from, clock).replace(' references', '');
  const text =
    alike.length === 1
      ? stepText(first, clock)
      : noticesText(alike as readonly NoticeStep[], clock);
  return columns(when, change === 0 ? '' : signed(change), heldAfter(alike), text);
}

function heldAfter(steps: readonly HistoryStep[]): string {
  return grouped(steps[steps.length - 1].held);
}

function columns(time: string, change: string, held: string, text: string): string[] {
  const left = `${time.padStart(TIME_WIDTH)}${change.padStart(8)}${held.padStart(8)}  `;
  const indent = ' '.repeat(left.length);
  return wrapped(text, '  ', COLUMNS - left.length).map(
    (line, at) => `${at === 0 ? left : indent}${line}`,
  );
}

function signed(count: number): string {
  return count < 0 ? `-${grouped(-count)}` : `+${grouped(count)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
