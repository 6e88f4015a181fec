/** What a waiting layer does about its frames: gives those of written pages back, loses the others. */

import { NO_SLOT, recordIn } from '../stack/frame-room.ts';
import type { FrameKeeper } from '../stack/layer.ts';
import { NONE } from '../stack/requests.ts';
import { freeOwn, recordOf, stateOf } from '../stack/stack.ts';
import {
  dropKept,
  KEPT,
  LOST,
  OUTDATED,
  unlink,
  WAITING,
  type WaitingState,
  WRITING,
} from './waiting-state.ts';

export const waitingFrames: Pick<FrameKeeper, 'room' | 'spare' | 'lose'> = {
  room: (stack, node) => stateOf<WaitingState>(stack, node).room,
  spare(stack, node) {
    const list = stateOf<WaitingState>(stack, node);
    if (list.kept.first === NONE) return false;
    dropKept(stack, list, list.kept.first);
    return true;
  },
  lose(stack, node, taken) {
    const list = stateOf<WaitingState>(stack, node);
    const { first } = list.waiting;
    const own = taken === NO_SLOT && first !== NONE ? first : recordIn(stack, node, taken);
    if (own === NONE) return NO_SLOT;
    const page = recordOf(stack, own);
    const slot = page.c;
    page.c = NO_SLOT;
    if (page.step === KEPT) {
      dropKept(stack, list, own);
      return slot;
    }
    // What is half written is not what was stored: it is of no use when it has been.
    if (page.step !== OUTDATED) {
      list.held[page.id] = LOST;
      list.counts.lost++;
    }
    if (page.step === WRITING) page.step = OUTDATED;
    else if (page.step === WAITING) {
      unlink(stack, list.waiting, own);
      list.used--;
      freeOwn(stack, own);
    }
    return slot;
  },
};
