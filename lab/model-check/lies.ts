/** Lies: what a scripted client says that names nothing of its own [MEM7, MEM8, CONT2]. */

import { OP } from '../../contracts/messages.ts';
import { send } from '../../nucleus/ipc.ts';
import { LIES, tell } from './script.ts';
import { FIRST, SWAP_PORT, type World } from './world.ts';

const NO_SUCH_OP = 200;
export const NEVER_GRANTED = 99;

/** Client `index` does `action`, one of those from LIES on. */
export function lie(world: World, index: number, action: number): void {
  world.scripts[index].lying = 1;
  switch (action - LIES) {
    case 0:
      return tell(world, index, OP.returnFrames, NEVER_GRANTED);
    case 1:
      return tell(world, index, OP.cancelContainer, 0);
    case 2:
      return tell(world, index, OP.lockContainer, 1, 1, 6);
    case 3:
      return tell(world, index, NO_SUCH_OP);
    default:
      send(world.kernel, FIRST + index, SWAP_PORT, OP.store, 0, 0, 5, 0, 0);
  }
}
