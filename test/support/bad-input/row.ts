/**
 * A row of the matrix of bad input: one message, what is legal, what is refused, and why.
 *
 * Every row is tried with each field out of its bounds, with every wrong thing that a field can
 * name, by a sender without a contract, after the contract's end, and after the sender's death; and
 * with what its `cells` say. docs/messages.md is made of the same rows.
 */

import { type MessageName, messages } from '../../../contracts/messages.ts';
import * as refusals from '../../../contracts/refusals.ts';
import {
  CONTAINER,
  CONTROL,
  frameAt,
  PAGES,
  POLICY_CONTROL,
  PORT,
  WEAK_CONTAINER,
  WEAK_PAGES,
} from '../../../nucleus/capabilities.ts';
import type { DeskOptions } from '../desk.ts';
import { tableOf } from '../desk.ts';
import type { FullDesk } from './desk.ts';

/** Not refused, whatever comes of it. */
export const LEGAL = 0;

export type ReasonName = Exclude<keyof typeof refusals, 'refusalTexts' | 'DONE' | 'MALFORMED'>;

/** What must have been said before. */
export type Given = (desk: FullDesk) => void;

export interface Cell {
  readonly reason: ReasonName;
  /** The message's fields, in several variants. */
  readonly words?: (desk: FullDesk) => readonly (readonly number[])[];
  readonly given?: Given;
  /** FIRST, unless said. */
  readonly sender?: number;
  readonly options?: DeskOptions;
}

/** What a field names: the kinds of things that are right, and the refusal of everything else. */
export interface Named {
  readonly kinds: readonly number[];
  readonly reason: ReasonName | typeof LEGAL;
}

export interface Row {
  /** The fields of a message that is legal. */
  readonly words: (desk: FullDesk) => readonly number[];
  readonly given?: Given;
  /** FIRST, unless said. */
  readonly sender?: number;
  readonly names?: Readonly<Record<string, Named>>;
  /** The same message from a task that has no contract, and after the contract's end. */
  readonly stranger: ReasonName | typeof LEGAL;
  readonly expired: ReasonName | typeof LEGAL;
  /** What each refusal means here. */
  readonly when: Readonly<Partial<Record<ReasonName, string>>>;
  readonly cells?: readonly Cell[];
}

export type Rows = Readonly<Partial<Record<MessageName, Row>>>;

/** Kinds of frame slots, beside those of capabilities. */
export const RUN = 100;
export const SOFT_RUN = 101;
export const WIRED_RUN = 102;

export const names = {
  box: { kinds: [CONTAINER, PAGES], reason: 'NO_SUCH_CONTAINER' },
  weakBox: { kinds: [WEAK_CONTAINER], reason: 'NO_SUCH_CONTAINER' },
  weakAny: { kinds: [WEAK_CONTAINER, WEAK_PAGES], reason: 'NO_SUCH_CONTAINER' },
  pages: { kinds: [PAGES], reason: 'NO_SUCH_CONTAINER' },
  weakPages: { kinds: [WEAK_PAGES], reason: 'NO_SUCH_CONTAINER' },
  anyPages: { kinds: [PAGES, WEAK_PAGES], reason: 'NO_SUCH_CONTAINER' },
  control: { kinds: [CONTROL], reason: 'NO_SUCH_CONTROL' },
  policy: { kinds: [POLICY_CONTROL], reason: 'NO_SUCH_CONTROL' },
  port: { kinds: [PORT], reason: 'NO_PLACE' },
  run: { kinds: [RUN], reason: 'NO_SUCH_SLOT' },
  soft: { kinds: [SOFT_RUN], reason: 'NO_SUCH_SLOT' },
  wired: { kinds: [WIRED_RUN], reason: 'NO_SUCH_SLOT' },
} as const satisfies Record<string, Named>;

export function reasonOf(name: ReasonName | typeof LEGAL): number {
  const values: Readonly<Record<string, unknown>> = refusals;
  return name === LEGAL ? LEGAL : (values[name] as number);
}

export function reasonName(reason: number): string {
  const named = Object.entries(refusals).find(([, value]) => value === reason);
  return named?.[0] ?? String(reason);
}

/** Place of a field among the words that a desk is told. */
export function placeOf(message: MessageName, field: string): number {
  return Object.keys(messages[message].shape).indexOf(field);
}

/** Numbers for a field that name nothing of the right kind to `sender`, each with what it is. */
export function wrongNumbers(
  desk: FullDesk,
  sender: number,
  { kinds }: Named,
): [what: string, number: number][] {
  const isSlot = kinds.some((kind) => kind >= RUN);
  return isSlot ? wrongSlots(desk, sender, kinds) : wrongCapabilities(desk, sender, kinds);
}

function wrongCapabilities(
  desk: FullDesk,
  sender: number,
  kinds: readonly number[],
): [string, number][] {
  const table = tableOf(desk, sender);
  const wrong: [string, number][] = [
    ['none', table.kind.lastIndexOf(0)],
    ['no place of its table', table.kind.length],
    ['the last number there is', 1023],
  ];
  for (const [slot, kind] of table.kind.entries())
    if (kind !== 0 && !kinds.includes(kind)) wrong.push([`of kind ${kind}`, slot]);
  for (const [task, { kind }] of desk.kernel.state.capabilities.entries())
    for (const [slot, other] of kind.entries())
      if (task !== sender && kinds.includes(other) && (table.kind[slot] ?? 0) === 0)
        wrong.push([`what task ${task} has`, slot]);
  return wrong;
}

function wrongSlots(desk: FullDesk, sender: number, kinds: readonly number[]): [string, number][] {
  const { idle, wired, gone, soft, kernel } = desk;
  const wrong: [string, number][] = [
    ['none', tableOf(desk, sender).slots],
    ['far away', 5000],
    ['the last number there is', 2 ** 24 - 1],
    ['returned', gone],
  ];
  if (!kinds.includes(SOFT_RUN)) wrong.push(['given back softly', soft]);
  if (!kinds.includes(RUN)) wrong.push(['a plain run', idle]);
  if (kinds.includes(SOFT_RUN)) wrong.push(['wired', wired]);
  for (const [task, table] of kernel.state.capabilities.entries())
    for (let slot = 0; slot < table.slots; slot++)
      if (task !== sender && frameAt(table, slot) >= 0 && slot >= tableOf(desk, sender).slots)
        wrong.push([`what task ${task} holds`, slot]);
  return wrong;
}
