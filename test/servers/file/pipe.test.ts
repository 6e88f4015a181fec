import { expect, test } from 'vitest';
import { BUSY, DONE, MALFORMED, NO_SUCH_CONTAINER } from '../../../contracts/refusals.ts';
import { deliverAll } from '../../../nucleus/ipc.ts';
import { addTask, givePort } from '../../../nucleus/kernel.ts';
import { killTask } from '../../../nucleus/life.ts';
import { createPipe, pipeStep } from '../../../servers/file/pipe.ts';
import type { Costs } from '../../../sim-hw/costs/index.ts';
import {
  checkBooks,
  createDesk,
  type Desk,
  FIRST,
  hand,
  MEMORY,
  say,
  settleIn,
  tableOf,
  takeHeard,
} from '../../support/desk.ts';
import { contents, fill, frameOf, open, SECOND, write } from '../../support/pages.ts';

interface Scene {
  readonly desk: Desk;
  readonly pipe: number;
  readonly own: readonly [writer: number, reader: number];
  readonly port: readonly [writer: number, reader: number];
}

/** A writer with pages 11, 12, 13, ..., a reader, and the pipe between them. */
function scene(copies = false, pages = 3, costs: Partial<Costs> = {}): Scene {
  const desk = createDesk({ frames: 64, costs });
  const pipe = desk.kernel.state.tasks.length;
  addTask(desk.kernel, 'pipe', -1, { step: pipeStep, state: createPipe(pipe, 0, copies, 100) });
  givePort(desk.kernel, pipe, MEMORY);
  desk.kernel.state.watchers.push(pipe);
  const own = [FIRST, SECOND].map((client) => {
    settleIn(desk, client, 24, 0, 0);
    const container = open(desk, client, { pages, lockMax: 200 });
    fill(desk, client, container, 0, pages);
    return container;
  });
  const port = [FIRST, SECOND].map((client) => givePort(desk.kernel, client, pipe));
  for (let index = 0; index < Math.min(3, pages); index++)
    write(desk, FIRST, own[0], index, index, 11 + index);
  return { desk, pipe, own: [own[0], own[1]], port: [port[0], port[1]] };
}

function go({ desk, own, port }: Scene, end: 0 | 1, tag = 5): void {
  const client = [FIRST, SECOND][end];
  const heard = say(desk, client, 'shareContainer', [own[end], 1]);
  const weak = heard.find(([name]) => name === 'containerIs')?.[3] as number;
  hand(desk, client, end === 0 ? 'writePipe' : 'readPipe', weak, tag, 0, port[end]);
}

const answers = ({ desk }: Scene, client: number) =>
  takeHeard(desk, client)
    .filter(([name]) => name === 'fileDone')
    .map(([, tag, reason, pages]) => [tag, reason, pages]);

test.each([false, true])('[FILE15] pages arrive, and both are told; it copies: %s', (copies) => {
  const its = scene(copies);
  const { desk, own, pipe } = its;
  const objects = tableOf(desk, pipe).objects;
  go(its, 1, 7);
  expect(answers(its, SECOND)).toEqual([]);
  go(its, 0, 8);
  expect(answers(its, FIRST)).toEqual([[8, DONE, 3]]);
  expect(answers(its, SECOND)).toEqual([[7, DONE, 3]]);
  const arrived = () => [0, 1, 2].map((index) => contents(desk, SECOND, own[1], index));
  expect(arrived()).toEqual([11, 12, 13]);
  const shared = frameOf(desk, FIRST, own[0], 0) === frameOf(desk, SECOND, own[1], 0);
  expect(shared).toBe(!copies);
  // What the writer does afterwards is its own affair.
  write(desk, FIRST, own[0], 0, 0, 99);
  expect(arrived()).toEqual([11, 12, 13]);
  expect(desk.kernel.state.tasks[pipe].framesHeld).toBe(0);
  expect(tableOf(desk, pipe).objects).toBe(objects);
  expect(checkBooks(desk)).toBeUndefined();
});

test('[FILE15] without copies the cost does not grow with the pages; with them it does', () => {
  const costs = { messageNs: 10, copyNs: 100 };
  const cost = (copies: boolean, pages: number) => {
    const its = scene(copies, pages, costs);
    const before = its.desk.kernel.state.nowNs;
    go(its, 0);
    go(its, 1);
    expect(answers(its, SECOND)).toEqual([[5, DONE, pages]]);
    return its.desk.kernel.state.nowNs - before;
  };
  expect(cost(false, 16)).toBe(cost(false, 2));
  expect(cost(true, 16) - cost(true, 2)).toBe(14 * 100);
  expect(cost(true, 2)).toBeGreaterThan(cost(false, 2) + 200);
});

test('[FILE15] who cannot be served is told why, and nothing is kept', () => {
  const its = scene();
  const { desk, own, port, pipe } = its;
  const objects = tableOf(desk, pipe).objects;
  expect(say(desk, FIRST, 'writePipe', [0, 1], port[0])[0][2]).toBe(MALFORMED);
  expect(say(desk, FIRST, 'openFile', [1, 0, 1, 1], port[0])[0][2]).toBe(MALFORMED);
  go(its, 0, 1);
  go(its, 0, 2);
  expect(answers(its, FIRST)).toEqual([[2, BUSY, 0]]);
  // The writer takes its container back before anybody reads.
  say(desk, FIRST, 'cancelContainer', [own[0]]);
  go(its, 1, 3);
  expect(answers(its, FIRST)).toEqual([[1, NO_SUCH_CONTAINER, 0]]);
  expect(answers(its, SECOND)).toEqual([[3, NO_SUCH_CONTAINER, 0]]);
  expect(tableOf(desk, pipe).objects).toBe(objects);
  // Who waits and dies leaves the place to others.
  go(its, 1, 4);
  killTask(desk.kernel, SECOND);
  deliverAll(desk.kernel);
  expect(tableOf(desk, pipe).objects).toBe(objects);
  expect(checkBooks(desk)).toBeUndefined();
});
