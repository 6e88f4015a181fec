import { expect, test } from 'vitest';
import { letPass } from '../../lab/run/bare-kernel.ts';
import { timerAt } from '../../nucleus/clock.ts';
import { raiseFault, resume } from '../../nucleus/faults.ts';
import { deliverAll } from '../../nucleus/ipc.ts';
import { FAULT, givePort, TIMER } from '../../nucleus/kernel.ts';
import { killTask } from '../../nucleus/life.ts';
import { map } from '../../nucleus/memory-map.ts';
import {
  FAULTING,
  HARD,
  KILLED,
  LOST,
  READY,
  SOFT,
  type TaskState,
  TRAP,
} from '../../nucleus/tasks.ts';
import { WRITE } from '../../sim-hw/references.ts';
import { createDesk, type Desk, FIRST, settleIn, takeHeard } from '../support/desk.ts';

const SECOND = FIRST + 1;

function fault(desk: Desk, page: number): TaskState {
  const task = desk.kernel.state.tasks[FIRST] as TaskState;
  raiseFault(desk.kernel, task, page, WRITE, true);
  deliverAll(desk.kernel);
  return task;
}

test('[FAULT1] a fault is one message to the pager, and one trap', () => {
  const desk = createDesk({ costs: { trapNs: 1000, messageNs: 400 } });
  const task = fault(desk, 5);
  expect(takeHeard(desk, FIRST)).toEqual([[`op ${FAULT}`, 5, WRITE, 1, 0, 0]]);
  expect([task.status, task.times[TRAP], desk.kernel.state.nowNs]).toEqual([FAULTING, 1000, 1000]);
});

test('[FAULT1] the fault of a task with another pager goes there', () => {
  const desk = createDesk();
  (desk.kernel.state.tasks[FIRST] as TaskState).pager = SECOND;
  fault(desk, 2);
  expect([takeHeard(desk, FIRST).length, takeHeard(desk, SECOND).length]).toEqual([0, 1]);
  expect(resume(desk.kernel, FIRST, FIRST, SOFT, false)).toBe(false);
  expect(resume(desk.kernel, SECOND, FIRST, SOFT, false)).toBe(true);
});

test('[FAULT1] only its pager resumes a task, and only one that faulted', () => {
  const desk = createDesk();
  expect(resume(desk.kernel, FIRST, FIRST, SOFT, false)).toBe(false);
  const task = fault(desk, 2);
  expect(resume(desk.kernel, SECOND, FIRST, SOFT, false)).toBe(false);
  expect(resume(desk.kernel, FIRST, 99, SOFT, false)).toBe(false);
  expect(task.status).toBe(FAULTING);
  expect(resume(desk.kernel, FIRST, FIRST, SOFT, false)).toBe(true);
  expect(task.status).toBe(READY);
});

test('[FAULT2] how a fault was settled is counted once, first touches apart', () => {
  const desk = createDesk();
  for (const how of [HARD, HARD, SOFT, LOST]) {
    const task = fault(desk, 1);
    desk.kernel.state.nowNs += 10;
    resume(desk.kernel, FIRST, FIRST, how, how === SOFT);
    expect(task.status).toBe(READY);
  }
  expect(desk.kernel.state.tasks[FIRST]).toMatchObject({
    faults: 4,
    hardFaults: 2,
    softFaults: 1,
    lostFaults: 1,
    compulsoryFaults: 1,
    stallNs: 40,
  });
});

test('[MEM6] death drops every mapping and tells every watcher', () => {
  const desk = createDesk();
  const watched: number[] = [];
  const { kernel } = desk;
  givePort(kernel, FIRST, SECOND);
  kernel.state.watchers.push(SECOND);
  const [slot] = settleIn(desk, FIRST, 2, 0, 1);
  map(kernel, FIRST, FIRST, 3, slot as number, true);
  killTask(kernel, FIRST);
  expect(kernel.state.frames.mappedBy.every((page) => page === 0)).toBe(true);
  expect(kernel.state.tasks[FIRST]?.status).toBe(KILLED);
  deliverAll(kernel);
  watched.push(...takeHeard(desk, SECOND).map((words) => words[1] as number));
  expect(watched).toEqual([FIRST]);
  // Once dead, dead.
  killTask(kernel, FIRST);
  deliverAll(kernel);
  expect(takeHeard(desk, SECOND)).toEqual([]);
});

test('[MEM6] the fault of a task that dies meanwhile is nobody to settle', () => {
  const desk = createDesk();
  const { kernel } = desk;
  const task = kernel.state.tasks[FIRST] as TaskState;
  task.pager = SECOND;
  raiseFault(kernel, task, 2, WRITE, false);
  killTask(kernel, FIRST);
  deliverAll(kernel);
  expect(takeHeard(desk, SECOND)).toEqual([]);
});

test('[MEM6] the dead hear no timer of theirs: nobody goes on that sets one each time', () => {
  const desk = createDesk();
  const { kernel } = desk;
  kernel.state.account = FIRST;
  for (const time of [10, 20]) timerAt(kernel, time, FIRST, 7);
  letPass(kernel, 10);
  expect(takeHeard(desk, FIRST)).toEqual([[`op ${TIMER}`, 7, 0, 0, 0, 0]]);
  killTask(kernel, FIRST);
  letPass(kernel, 10);
  expect(takeHeard(desk, FIRST)).toEqual([]);
  expect(kernel.state.timers.size).toBe(0);
});

test('[CAP5] nothing is mapped for the dead', () => {
  const desk = createDesk();
  const { kernel } = desk;
  const [slot] = settleIn(desk, SECOND, 2, 0, 1);
  (kernel.state.tasks[FIRST] as TaskState).pager = SECOND;
  killTask(kernel, FIRST);
  expect(map(kernel, SECOND, FIRST, 3, slot as number, true)).toBe(false);
  expect(kernel.state.frames.mappedBy.every((page) => page === 0)).toBe(true);
});
