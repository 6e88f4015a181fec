/**
 * Timer words of the memory server: client (28 bits), kind (3 bits). A timer is a hint to look at a
 * client; when its moment is the state says. So one that no longer counts does nothing.
 */

export const TIMER_NOTICE = 0;
export const TIMER_CONTRACT = 1;
export const TIMER_LOCKS = 2;
export const TIMER_WIRES = 3;
export const TIMER_CHILDREN = 4;
export const TIMER_PAGES = 5;

export function timerWord(kind: number, client: number): number {
  return (client << 3) | kind;
}

export function timerKind(word: number): number {
  return word & 7;
}

export function timerClient(word: number): number {
  return word >>> 3;
}
