/**
 * A cell in which all that can befall a contract does: too little memory, terms that run out and
 * are renewed or not, a guarantee that shrinks, a hoarder, a client that lies, one that is killed.
 */

import type { CellOptions } from '../../lab/run/cell-options.ts';
import { cell, task, writing } from './cells.ts';
import { randomPages } from './reference-strings.ts';

/** On the clock of nanoseconds, or of references. */
export function pressedCell(clock: 'ns' | 'references' = 'ns'): CellOptions {
  const program = (seed: number) => writing(randomPages(seed, 600, 20));
  // A reference takes some thousand times longer here, with its share of faults.
  const ticks = (ns: number) => (clock === 'ns' ? ns : Math.ceil(ns / 20_000));
  const shrinks = [{ at: 300, guaranteed: 6, extra: 0 }];
  const tasks = [
    task('worker', program(3), 'lru', 12, { renegotiate: shrinks, start: ticks(3_000_000) }),
    task('lapsed', program(5), 'clock', 4, { extra: 6, renews: false }),
    task('killed', program(9), 'fifo', 3, { killAt: ticks(9_000_000) }),
    task('liar', program(11), 'fifo', 2, { extra: 6, hostile: 'liar' }),
    task('hoarder', program(7), 'fifo', 3, { extra: 20, hostile: 'hoarder', atEnd: 'restart' }),
  ];
  const terms = {
    term: ticks(4_000_000),
    graceExtra: ticks(400_000),
    graceShrink: ticks(2_000_000),
    penalty: 'repossess',
  } as const;
  return cell(28, tasks, { clock, slice: ticks(1_000_000), terms, oracles: true });
}
