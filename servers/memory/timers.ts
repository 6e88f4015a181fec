/**
 * Timer words of the memory server: client (28 bits), kind (3 bits). A timer is a hint to look at a
 * client; when its moment is the state says. So one that no longer counts does nothing.
 */

import { TIME_MAX } from '../../contracts/messages.ts';

export const TIMER_NOTICE = 0;
export const TIMER_CONTRACT = 1;
export const TIMER_LOCKS = 2;
export const TIMER_WIRES = 3;
export const TIMER_CHILDREN = 4;
export const TIMER_PAGES = 5;
export const TIMER_MOVES = 6;
export const TIMER_UPSTREAM = 7;

/** The moment `duration` after `from`, or the last that a message can tell [MEM31]. */
export function later(from: number, duration: number): number {
  return Math.min(from + duration, TIME_MAX);
}

export function timerWord(kind: number, client: number): number {
  return (client << 3) | kind;
}

export function timerKind(word: number): number {
  return word & 7;
}

export function timerClient(word: number): number {
  return word >>> 3;
}
