/**
 * Dialogue: carries out a file's steps, one by one, and says of each whether what was heard is what
 * the file expects. The servers are those of every run; only the tasks do what the file says.
 */

import { fieldNames } from '../../contracts/message-fields.ts';
import * as refusals from '../../contracts/refusals.ts';
import { letPass } from '../run/bare-kernel.ts';
import { inputError } from '../scenario/input-error.ts';
import { parseBy } from '../scenario/issues.ts';
import { placeOf, type Source } from '../scenario/source.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { type DialogueDocument, type DialogueStep, dialogueSchema } from './schema.ts';
import { createTable, type Heard, kill, type Seat, speak, type Table } from './table.ts';
import { checkSwitch, type Spoken } from './undefended.ts';

/** What a task holds after a step. */
export interface Standing {
  readonly task: string;
  readonly held: number;
  readonly guaranteed: number;
  readonly extra: number;
}

export interface StepRecord {
  readonly number: number;
  /** Moment after it, in nanoseconds. */
  readonly at: number;
  readonly step: DialogueStep;
  /** What was said, its fields by name. */
  readonly said: Readonly<Record<string, number>>;
  /** What each task heard, in order. */
  readonly heard: readonly { readonly task: string; readonly message: Heard }[];
  readonly free: number;
  readonly standing: readonly Standing[];
  /** Mappings dropped so far for others of the same frame, on a page table with one a frame. */
  readonly aliases: number;
  /** Why it is not as expected, or null. */
  readonly wrong: string | null;
}

/** Names of reasons, by number. */
export const reasonNames: readonly string[] = Object.entries(refusals)
  .flatMap(([name, reason]) => (typeof reason === 'number' ? [{ name, reason }] : []))
  .toSorted((a, b) => a.reason - b.reason)
  .map(({ name }) => name);

/** Reads a dialogue. Throws InputError with the place of what is wrong. */
export function checkDialogue(source: Source): DialogueDocument {
  const document = parseBy(dialogueSchema, source);
  const { tasks, steps } = document;
  checkSwitch(source, document);
  for (const [at, step] of steps.entries()) {
    const place = (key: string) => placeOf(source, ['steps', at, key]);
    const known = (key: 'task' | 'kill' | 'to', names: readonly string[]) => {
      const name = step[key];
      if (name === undefined || names.includes(name)) return;
      const what = `steps[${at}].${key} is '${name}', expected one of ${names.join(', ')}`;
      throw inputError(place(key), `${what}; ${didYouMean(name, names)}`);
    };
    known('task', tasks);
    known('kill', tasks);
    known('to', [...tasks, 'swap', 'memory']);
    const does = [step.task, step.wait, step.kill].filter((one) => one !== undefined);
    if (does.length !== 1) {
      const what = `steps[${at}] names ${does.length} of task, wait and kill, expected one`;
      throw inputError(placeOf(source, ['steps', at]), `${what}; split it`);
    }
    if (step.refused !== undefined && !reasonNames.includes(step.refused)) {
      const what = `steps[${at}].refused is '${step.refused}', expected a reason of SPEC.md`;
      throw inputError(place('refused'), `${what}; ${didYouMean(step.refused, reasonNames)}`);
    }
    if (step.say !== undefined) checkFields(source, step, at);
  }
  return document;
}

function checkFields(source: Source, { say, with: given }: DialogueStep, at: number): void {
  const names = say === undefined ? [] : fieldNames(say);
  for (const key of Object.keys(given)) {
    if (names.includes(key)) continue;
    const what = `steps[${at}].with.${key} is no field of ${say}, expected ${names.join(', ')}`;
    const place = placeOf(source, ['steps', at, 'with', key]);
    throw inputError(place, `${what}; ${didYouMean(key, names)}`);
  }
}

/** Holds the dialogue from its first step to its last. */
export function holdDialogue(spoken: Spoken): StepRecord[] {
  const table = createTable(spoken);
  const kept = new Map<string, number>();
  return spoken.document.steps.map((step, index) => carryOut(table, kept, step, index + 1));
}

function carryOut(
  table: Table,
  kept: Map<string, number>,
  step: DialogueStep,
  number: number,
): StepRecord {
  const seats = [...table.tasks];
  const before = new Map(seats.map(([name, { inbox }]) => [name, inbox.length]));
  const unknown: string[] = [];
  const lookUp = (given: number | string) => {
    if (typeof given === 'number') return given;
    const value = kept.get(given);
    if (value === undefined) unknown.push(given);
    return value ?? 0;
  };
  const said = Object.fromEntries(
    Object.entries(step.with).map(([key, given]) => [key, lookUp(given)]),
  );
  let went = true;
  if (step.wait !== undefined) letPass(table.kernel, step.wait);
  if (step.kill !== undefined) kill(table, table.tasks.get(step.kill) as Seat);
  if (step.task !== undefined && step.say !== undefined) {
    const seat = table.tasks.get(step.task) as Seat;
    const port = seat.ports.get(step.to ?? 'memory') ?? -1;
    const along = step.along === undefined ? null : lookUp(step.along);
    went = speak(table, seat, port, step.say, said, along);
  }
  const heard = seats.flatMap(([task, { inbox }]) =>
    inbox.slice(before.get(task)).map((message) => ({ task, message })),
  );
  if (step.theirs !== undefined) {
    const arrived = heard.find(({ message }) => message.cameAlong);
    if (arrived !== undefined) kept.set(step.theirs, arrived.message.slot);
  }
  const wrong = unknown.length > 0 ? `nothing is kept as ${unknown.join(', ')}` : null;
  const failed = went || step.hears !== undefined ? null : 'nobody heard it';
  return {
    number,
    at: table.kernel.state.nowNs,
    step,
    said,
    heard,
    free: table.kernel.state.frames.buddy.free,
    standing: standingOf(table),
    aliases: table.kernel.state.table.counts.aliasFaults,
    wrong: wrong ?? failed ?? compare(table, kept, step, lookUp) ?? wrongAliases(table, step),
  };
}

/** Takes what the step's task has heard since it was looked at last, and compares. */
function compare(
  table: Table,
  kept: Map<string, number>,
  { task, hears, refused, finds = {}, keep = {} }: DialogueStep,
  lookUp: (given: number | string) => number,
): string | null {
  if (task === undefined) return null;
  const heard = (table.tasks.get(task) as Seat).inbox.splice(0);
  const expected =
    hears === undefined ? (refused === undefined ? [] : ['refused']) : [hears].flat();
  const names = heard.map(({ name }) => name);
  if (names.join() !== expected.join())
    return `${task} heard ${list(names)}, expected ${list(expected)}`;
  const [first] = heard;
  if (first === undefined) return null;
  if (refused !== undefined) {
    const reason = reasonNames[first.fields.reason ?? -1] ?? 'no reason';
    if (reason !== refused) return `${task} is refused for ${reason}, expected ${refused}`;
  }
  for (const [field, given] of Object.entries(finds))
    if (first.fields[field] !== lookUp(given))
      return `${field} is ${first.fields[field]}, expected ${lookUp(given)}`;
  for (const [field, name] of Object.entries(keep)) {
    const value = first.fields[field];
    if (value === undefined) return `${first.name} has no field ${field} to keep`;
    kept.set(name, value);
  }
  return null;
}

function wrongAliases({ kernel }: Table, { aliases }: DialogueStep): string | null {
  const { aliasFaults } = kernel.state.table.counts;
  if (aliases === undefined || aliases === aliasFaults) return null;
  return `${aliasFaults} aliases are dropped, expected ${aliases}`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function standingOf({ server, tasks }: Table): Standing[] {
  return [...tasks].map(([task, { id }]) => {
    const client = server.clients[id];
    return {
      task,
      held: client?.held ?? 0,
      guaranteed: client?.guaranteed ?? 0,
      extra: client?.extra ?? 0,
    };
  });
}
