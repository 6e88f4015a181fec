/** Servers that die at a moment of the scenario's: nobody hears them, or is heard by them, any more. */

import { timerAt } from '../../nucleus/clock.ts';
import { type Kernel, NUCLEUS, type Step, TIMER } from '../../nucleus/kernel.ts';
import { killServer } from '../../nucleus/life.ts';

/** Timer word; what servers set timers for have words of their own, from 0 on. */
const DEATH_WORD = -1;

/** The step of a server that may die by \`diesThen\`. */
export function mortal(step: Step): Step {
  return (kernel, state, message) => {
    const isDeath = message.from === NUCLEUS && message.op === TIMER && message.w0 === DEATH_WORD;
    if (isDeath) killServer(kernel, message.to);
    else step(kernel, state, message);
  };
}

/** The server dies at \`time\` on the clock of terms. */
export function diesThen(kernel: Kernel, id: number, time: number): void {
  kernel.state.account = NUCLEUS;
  timerAt(kernel, time, id, DEATH_WORD);
}
