/** A dialogue for a person: each message, what came back, and who then holds how much. */

import { reasonNames, type StepRecord } from './dialogue.ts';
import type { Heard } from './table.ts';

/** The whole of it, a step a paragraph; last, how many steps were as expected. */
export function dialogueText(name: string, records: readonly StepRecord[]): string {
  const wrong = records.filter((record) => record.wrong !== null).length;
  const end =
    wrong === 0
      ? `${records.length} steps, all as expected`
      : `${records.length} steps, ${wrong} NOT AS EXPECTED`;
  return [name, '', ...records.flatMap(stepLines), '', end, ''].join('\n');
}

function stepLines(record: StepRecord): string[] {
  const { number, at, step, said, heard, free, standing, aliases, wrong } = record;
  const lines = step.note === undefined ? [] : [`     ${step.note}`];
  lines.push(`${String(number).padStart(4)} ${actionOf(step, said)}`);
  for (const { task, message } of heard) lines.push(`       -> ${task}: ${messageText(message)}`);
  const held = standing.map((one) => `${one.task} ${one.held} of ${one.guaranteed}+${one.extra}`);
  const dropped = aliases === 0 ? '' : `; aliases dropped: ${aliases}`;
  lines.push(`       at ${at} ns: ${held.join(', ')}; ${free} free${dropped}`);
  if (wrong !== null) lines.push(`       NOT AS EXPECTED: ${wrong}`);
  return lines;
}

function actionOf(
  { task, say, to, along, wait, kill, hears }: StepRecord['step'],
  said: StepRecord['said'],
): string {
  if (wait !== undefined) return `${wait} ns pass`;
  if (kill !== undefined) return `${kill} dies`;
  if (say === undefined) return `${task} has heard ${[hears ?? 'nothing'].flat().join(', ')}`;
  const with_ = along === undefined ? '' : ` with ${along}`;
  const receiver = to === undefined || to === 'memory' ? '' : ` to ${to}`;
  return `${task}${receiver}: ${[say, ...fields(said)].join(' ')}${with_}`;
}

function messageText({ name, fields: given, cameAlong }: Heard): string {
  const reason = name === 'refused' ? ` (${reasonNames[given.reason ?? 0]})` : '';
  return `${[name, ...fields(given)].join(' ')}${reason}${cameAlong ? ', with a capability' : ''}`;
}

function fields(given: Readonly<Record<string, number>>): string[] {
  return Object.entries(given).map(([field, value]) => `${field}=${value}`);
}
