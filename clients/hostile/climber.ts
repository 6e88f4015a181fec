/**
 * A climber: a client that wants ever more of a contract. Every so often it proposes a larger one,
 * renews the one it has, splits all it can off it and folds that again, whatever it is told (lineage,
 * F2 n). Of what it gets it takes every frame, and it answers no notice.
 */

import { messageName, OP, OWN_CONTRACT } from '../../contracts/messages.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { send } from '../../nucleus/ipc.ts';
import { type Kernel, NUCLEUS, TIMER } from '../../nucleus/kernel.ts';
import { START } from '../../nucleus/life.ts';
import type { PagerCode } from '../../paging/policy-call.ts';
import type { PagerState } from '../../paging/state.ts';
import { type ClientStep, type ContractWish, clientStep } from '../pager/memory-control.ts';

const CLIMB = 14;
/** Ticks of the clock of terms between two attempts. */
const EVERY = 50_000;
/** Frames more that it asks for each time. */
const MORE = 4;

/** Receiver step of a climber. */
export function climberStep(code: PagerCode): ClientStep {
  const inner = clientStep(code);
  return (kernel, state, message) => {
    const pager = state as PagerState;
    const { op, from, w0 } = message;
    if (messageName(op) === 'notice') return;
    const isTime = from === NUCLEUS && op === TIMER && w0 === CLIMB;
    if (isTime) climb(kernel, pager);
    else inner(kernel, state, message);
    if (isTime || (from === NUCLEUS && op === START))
      timerAt(kernel, termNow(kernel) + EVERY, pager.id, CLIMB);
  };
}

function climb(kernel: Kernel, pager: PagerState): void {
  const { id, memoryPort, guaranteed } = pager;
  const wish = pager.owner as ContractWish;
  const ask = (op: number, w0: number, w1: number, w2: number, w3: number) =>
    send(kernel, id, memoryPort, op, w0, w1, w2, w3, 0);
  wish.guaranteed = guaranteed + MORE;
  ask(OP.contract, wish.guaranteed, wish.extra, 0, 0);
  ask(OP.renew, 0, 0, 0, 0);
  ask(OP.splitContract, guaranteed, wish.extra, OWN_CONTRACT, 0);
  ask(OP.foldContract, OWN_CONTRACT, 0, 0, 0);
}
