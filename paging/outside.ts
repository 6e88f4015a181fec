/**
 * Outside: pages that a policy of variable space wants no longer (contracts/policy.ts, [POL16]). The pager
 * asks once a fault has been settled and gives each page up: what must be written is written, and the
 * frame goes back to the memory server as one that is owed does.
 *
 * Left out: a central pager, whose managements have a clock to act by; superpages, whose pages go together;
 * tasks with priorities, which say who goes first whatever the policy wants ([POL5]).
 */

import type { Kernel } from '../nucleus/kernel.ts';
import { evict, holdsSlot } from './eviction.ts';
import { BUSY, setWord, slotOf } from './page-word.ts';
import { askOutside, type PagerCode } from './policy-call.ts';
import { type Member, NO_PAGE, type PagerState } from './state.ts';

/** `settled` stays: its program has not touched it yet, and would fault for ever if it went now. */
export function giveUpOutside(
  kernel: Kernel,
  code: PagerCode,
  pager: PagerState,
  settled: number,
): void {
  if (pager.central !== null || pager.superpages !== null || pager.priorities !== null) return;
  const { transfers } = pager;
  const frames = 1 << (pager.members[0] as Member).order;
  const word = pager.pageWord[settled] as number;
  setWord(pager, settled, word | BUSY);
  for (let left = pager.idle; left > 0 && transfers.active < transfers.records.length; left--) {
    const page = askOutside(kernel, code, pager);
    if (page === NO_PAGE) break;
    // Taken meanwhile: the word of it is on its way.
    if (!holdsSlot(kernel, pager, slotOf(pager.pageWord[page] as number))) break;
    pager.owed += frames;
    evict(kernel, code, pager, page, null);
  }
  setWord(pager, settled, word);
}
