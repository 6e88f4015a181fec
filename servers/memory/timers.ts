/** Timer words of the memory server: kind (2 bits), client (8), serial (20). */

export const TIMER_NOTICE = 0;
export const TIMER_CONTRACT = 1;
export const TIMER_LOCKS = 2;
export const TIMER_PAGES = 3;

const SERIAL_MASK = (1 << 20) - 1;

export function timerWord(kind: number, client: number, serial: number): number {
  return (kind << 28) | (client << 20) | (serial & SERIAL_MASK);
}

export function timerKind(word: number): number {
  return (word >>> 28) & 3;
}

export function timerClient(word: number): number {
  return (word >>> 20) & 255;
}

export function timerSerial(word: number): number {
  return word & SERIAL_MASK;
}

/** True when the timer was set for the present serial. */
export function isCurrent(serial: number, timer: number): boolean {
  return (serial & SERIAL_MASK) === timer;
}
