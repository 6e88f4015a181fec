/**
 * Fields of random messages: most name what the sender has, some what it had, what others have, or
 * nothing; some are at the bounds of their schema or beyond.
 */

import type { z } from 'zod';
import { type MessageName, OWN_CONTRACT, TIME_MAX } from '../../contracts/messages.ts';
import {
  type CapabilityTable,
  CONTAINER,
  CONTROL,
  frameAt,
  PAGES,
  POLICY_CONTROL,
  PORT,
  WEAK_CONTAINER,
  WEAK_PAGES,
} from '../../nucleus/capabilities.ts';
import { nextBelow, type RandomState } from '../../sim-hw/random.ts';
import { between, chance, oneOf, small } from './chance.ts';

/** What a sender has, and how it draws. */
export interface Sender {
  readonly random: RandomState;
  readonly table: CapabilityTable;
  /** Pages of its own address space; the one at which its program stands. */
  readonly pages: number;
  readonly faultPage: number;
  readonly tasks: number;
  /** Frames that are a fair part of memory; the length of a phase on the clock of terms. */
  readonly fair: number;
  readonly span: number;
  /** The shortest grace. */
  readonly grace: number;
  /** Fields of a hundred that are nonsense. */
  readonly wild: number;
}

/** One field: what the sender might mean, or, now and then, a value at or beyond its bounds. */
export function drawField(
  sender: Sender,
  name: MessageName,
  field: string,
  schema: z.ZodInt,
): number {
  const { random, wild } = sender;
  const least = schema.minValue ?? 0;
  const most = schema.maxValue ?? TIME_MAX;
  if (chance(random, wild))
    return oneOf(random, [least - 1, most + 1, least, most, least + 0.5, -1, 2 ** 40, Number.NaN]);
  const meant = most === TIME_MAX ? drawTime(sender, field) : drawMeant(sender, name, field);
  return meant ?? between(random, least, Math.min(most, 31));
}

function drawTime({ random, span, grace }: Sender, field: string): number {
  if (chance(random, 3)) return TIME_MAX;
  if (field === 'lockMax')
    return oneOf(random, [grace, between(random, 1, grace), between(random, 1, span)]);
  if (field === 'duration')
    return chance(random, 60) ? between(random, 1, grace) : small(random, 0, span / 8);
  return chance(random, 50) ? 0 : between(random, span / 50, span);
}

/** What a field of this name stands for, of what the sender has; null: any small number. */
function drawMeant(sender: Sender, name: MessageName, field: string): number | null {
  const { random, table, pages, faultPage, tasks, fair } = sender;
  switch (field) {
    case 'container':
      return drawCapability(sender, kindsFor(name));
    case 'control':
      if (name === 'usePolicy' || name === 'decided')
        return drawCapability(sender, [POLICY_CONTROL]);
      if (name === 'splitContract' && chance(random, 65)) return OWN_CONTRACT;
      if (name === 'foldContract' && chance(random, 15)) return OWN_CONTRACT;
      return drawCapability(sender, [CONTROL]);
    case 'user':
      return chance(random, 75) ? -1 : drawCapability(sender, [PORT]);
    case 'slot':
      return drawSlot(sender, table);
    case 'task':
      return nextBelow(random, tasks + 1);
    case 'page':
      return faultPage >= 0 && chance(random, 70) ? faultPage : nextBelow(random, pages);
    case 'guaranteed':
      return name === 'contract' ? small(random, 0, 2 * fair) : small(random, 0, fair / 2);
    case 'extra':
      return small(random, 0, name === 'contract' ? 2 * fair : fair / 2);
    case 'order':
      return chance(random, 85) ? 0 : small(random, 0, 4);
    case 'pages':
      return between(random, 1, 8);
    case 'index':
    case 'start':
      return small(random, 0, 7);
    case 'count':
    case 'length':
      return between(random, name === 'fromPages' && chance(random, 10) ? 0 : 1, 4);
    case 'block':
    case 'into':
    case 'out':
      return nextBelow(random, pages + 1);
    case 'colour':
      return small(random, 0, 3);
    case 'colours':
      return between(random, 1, 3);
    case 'below':
      return chance(random, 60) ? 0 : between(random, 1, 4 * fair);
    case 'flags':
      // Mostly with extras, seldom contiguous.
      return nextBelow(random, 16) | (chance(random, 10) ? 16 : 0);
    case 'how':
      return name === 'lockPages' ? nextBelow(random, 8) : nextBelow(random, 4);
    case 'access':
      return nextBelow(random, 4);
    case 'share':
    case 'unused':
      return chance(random, 80) ? 1 : 0;
    case 'once':
    case 'zero':
    case 'extras':
    case 'on':
    case 'unmap':
      return nextBelow(random, 2);
    default:
      return null;
  }
}

/** Capabilities that the message is about. */
function kindsFor(name: MessageName): readonly number[] {
  switch (name) {
    case 'createContainer':
    case 'lockContainer':
      return [WEAK_CONTAINER];
    case 'cancelContainer':
    case 'shareContainer':
      return [CONTAINER, PAGES];
    case 'unlockContainer':
      return [WEAK_CONTAINER, WEAK_PAGES];
    case 'lockPages':
      return [WEAK_PAGES];
    case 'mapPage':
    case 'mapPages':
    case 'unmapPages':
    case 'inspectContainer':
    case 'fromPages':
    case 'intoPages':
    case 'allocatePages':
    case 'deallocatePages':
      return [PAGES, WEAK_PAGES];
    default:
      return [PAGES];
  }
}

/** A capability of one of these kinds that the sender has, dead or alive; else any number. */
function drawCapability({ random, table }: Sender, kinds: readonly number[]): number {
  const { length } = table.kind;
  const first = nextBelow(random, length);
  if (chance(random, 4)) return first;
  for (let i = 0; i < length; i++) {
    const slot = (first + i) % length;
    if (kinds.includes(table.kind[slot])) return slot;
  }
  return first;
}

/** A slot in which the sender has frames, or had. */
function drawSlot({ random }: Sender, table: CapabilityTable): number {
  const first = nextBelow(random, table.slots + 1);
  if (chance(random, 20)) return first;
  for (let i = 0; i < table.slots; i++) {
    const slot = (first + i) % table.slots;
    if (frameAt(table, slot) >= 0) return slot;
  }
  return first;
}
