/** What scripted clients (script.ts) make of the messages they hear. */

import { OP } from '../../contracts/messages.ts';
import { map } from '../../nucleus/memory-map.ts';
import type { Message } from '../../nucleus/messages.ts';
import { NEVER_GRANTED } from './lies.ts';
import { forgetWeak } from './page-deeds.ts';
import { isIdle, type Script } from './script.ts';
import { FIRST, type World } from './world.ts';

/** Of `allocate`, as script.ts sends it. */
const ALLOCATE_TAG = 3;

/** Client `index` hears a message. */
export function hear(world: World, index: number, message: Message): void {
  const script = world.scripts[index];
  const { op, w0, w1, w2 } = message;
  if (world.plan.clients[index].containers === 'pages' && op === OP.granted && w0 !== ALLOCATE_TAG)
    return mapFrame(world, index, w1);
  if (op === OP.contractIs) {
    script.agreed = 1;
    if (w0 === 1) script.proposing = 0;
    if (w0 === 2) script.renewing = 0;
  } else if (op === OP.expired) script.agreed = 0;
  else if (op === OP.granted) takeFrame(world, index, w1);
  else if (op === OP.notice) script.owed = Math.min(script.owed + w0, idleSlots(world, index));
  else if (op === OP.loss) script.owed = Math.max(0, script.owed - 1);
  else if (op === OP.containerEnded) forgetWeak(world, index);
  else if (op === OP.containerIs) {
    script.boxing = 0;
    script.box = w1 + 1;
    script.weak = w2 + 1;
  } else if (op === OP.swapped || op === OP.fileDone) script.moving = 0;
  else if (op === OP.refused) hearRefusal(script, w0, w2);
}

function idleSlots(world: World, index: number): number {
  const { slots } = world.kernel.state.capabilities[FIRST + index];
  let idle = 0;
  for (let slot = 0; slot < slots; slot++) if (isIdle(world, index, slot)) idle++;
  return idle;
}

/** A granted run is mapped at once. It has been written to already: see world.ts. */
function takeFrame(world: World, index: number, slot: number): void {
  mapFrame(world, index, slot);
  world.scripts[index].allocating = 0;
}

function mapFrame({ kernel, scripts }: World, index: number, slot: number): void {
  const id = FIRST + index;
  scripts[index].known |= 1 << slot;
  map(kernel, id, id, slot, slot, true);
}

function hearRefusal(script: Script, tag: number, op: number): void {
  if (op === OP.contract) script.proposing = 0;
  else if (op === OP.renew) {
    script.renewing = 0;
  } else if (op === OP.allocate) script.allocating = 0;
  else if (op === OP.createContainer) script.boxing = 0;
  else if (op === OP.returnFrames && tag !== NEVER_GRANTED) return;
  else if (op === OP.cancelContainer && script.cancelling === 1) script.cancelling = 0;
  else script.lying = 0;
}
