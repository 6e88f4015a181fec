/**
 * Records suffice: from hold, release and move alone it can be told who holds which frame, and from
 * contract events how many frames each holds, at every moment; with containers of pages, frames
 * that change their payer, frames that are moved, and deaths.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../contracts/event-records.ts';
import { eventRecordSchema } from '../../../contracts/event-records.ts';
import type { ContractEvent } from '../../../contracts/events.ts';
import { ALLOCATE_EXTRA, COPY, FORCE_WRITE } from '../../../contracts/messages.ts';
import { explain } from '../../../lab/explain/index.ts';
import { boot } from '../../../lab/run/boot.ts';
import { beginLog, endLog } from '../../../lab/run/step-log.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import type { Kernel } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { defragment, relocateRun } from '../../../servers/memory/containers/relocation.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import { NOBODY } from '../../../sim-hw/frames.ts';
import { advance, createDesk, FIRST, say, take, takeHeard } from '../../support/desk.ts';
import { entrust, fill, open, transfer } from '../../support/pages.ts';
import { pressedCell } from '../../support/pressed-cell.ts';

type Holders = (string | undefined)[];

/** Who holds each frame, from the records alone; takes the records in. */
function follow(by: Holders, events: RunEvent[]): Holders {
  for (const event of events.splice(0)) {
    if (event.kind === 'hold') by.fill(event.task, event.frame, event.frame + 2 ** event.order);
    else if (event.kind === 'release')
      by.fill(undefined, event.frame, event.frame + 2 ** event.order);
    else if (event.kind === 'move') {
      by.fill(undefined, event.frame, event.frame + 2 ** event.order);
      by.fill(event.task, event.into, event.into + 2 ** event.order);
    }
  }
  return by;
}

function owners({ state }: Kernel): (string | undefined)[] {
  return [...state.frames.owner].map((id) => (id === NOBODY ? undefined : state.tasks[id]?.name));
}

test('[INS2] who holds which frame is told by hold, release and move, at every moment', () => {
  const world = boot(pressedCell());
  const { kernel } = world;
  const server = kernel.receivers[world.memory].state as MemoryServerState;
  const events: RunEvent[] = [];
  let moves = 0;
  const log = beginLog(kernel, (event) => {
    events.push({ ...event });
    if (event.kind === 'move') moves++;
  });
  const by: Holders = Array.from({ length: kernel.state.frames.count });
  for (let step = 0; stepKernel(kernel); step++) {
    if (step % 90 === 0) defragment(kernel, server);
    if (step % 61 !== 0) continue;
    endLog(log);
    expect(follow(by, events)).toEqual(owners(kernel));
  }
  expect(moves).toBeGreaterThan(10);
}, 30_000);

const SECOND = FIRST + 1;
const steps = fc.array(
  fc.record({ kind: fc.nat(9), who: fc.nat(1), index: fc.nat(3), count: fc.nat(2) }),
  { minLength: 10, maxLength: 40 },
);

test('[INS2] [INS3] the same with containers of pages: charges, copies, losses, moves, deaths', () => {
  const seen = new Set<string>();
  const check = (event: RunEvent) => {
    const kind = event.kind === 'release' ? `${event.kind} ${event.cause}` : event.kind;
    if (!seen.has(kind))
      expect(eventRecordSchema.safeParse(event).success, JSON.stringify(event)).toBe(true);
    seen.add(kind);
  };
  fc.assert(
    fc.property(steps, (list) => {
      const desk = createDesk({ frames: 10 });
      const { kernel, server } = desk;
      const events: ContractEvent[] = [];
      const stepped: RunEvent[] = [];
      const by: Holders = Array.from({ length: 10 });
      kernel.observer = (event) => events.push(event as ContractEvent);
      const log = beginLog(kernel, (event) => {
        stepped.push({ ...event });
        check(event);
      });
      for (const client of [FIRST, SECOND]) say(desk, client, 'contract', [5, 4, 0, 0]);
      const boxes = [FIRST, SECOND].map((client) => open(desk, client, { extras: 1, lockMax: 50 }));
      const weak = entrust(desk, FIRST, boxes[0] as number, SECOND);
      for (const { kind, who, index, count } of list) {
        const client = FIRST + who;
        const own = boxes[who] as number;
        if (kind <= 1) fill(desk, client, own, index, 1 + count, ALLOCATE_EXTRA);
        else if (kind === 2) say(desk, client, 'deallocatePages', [own, index, 1]);
        else if (kind === 3)
          transfer(desk, SECOND, [weak, index, 1], [boxes[1] as number, count, 1], COPY);
        else if (kind === 4) say(desk, client, 'mapPage', [own, index, index, FORCE_WRITE]);
        else if (kind === 5) relocateRun(kernel, server, index * 2 + count, 0, 9 - index);
        else if (kind === 6) take(desk, client, 1 + count);
        else if (kind === 7) advance(desk, 110);
        else if (kind === 8) say(desk, client, 'returnFrames', [index]);
        else if (index === 3 && count === 2) {
          killTask(kernel, client);
          deliverAll(kernel);
        }
        endLog(log);
        expect(follow(by, stepped)).toEqual(owners(kernel));
        for (const id of [FIRST, SECOND]) {
          const { name } = kernel.state.tasks[id] as { name: string };
          const told = explain(null, events, name, Number.MAX_SAFE_INTEGER);
          const { held = 0, noticed, waitingOrder = -1 } = server.clients[id] ?? {};
          expect(told.held, name).toBe(held);
          expect(told.notices.owed, name).toBe(noticed);
          expect(told.waits !== null, name).toBe(waitingOrder >= 0);
          takeHeard(desk, id);
        }
      }
      for (const event of events) check(event);
    }),
    { seed: 905, numRuns: 80 },
  );
  for (const kind of ['charge', 'move', 'loss', 'death', 'return', 'release taken', 'wait'])
    expect(seen).toContain(kind);
});
