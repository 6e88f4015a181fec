import { expect, test } from 'vitest';
import { eventRecordSchema, type RunEvent } from '../../../contracts/event-records.ts';
import type { StepEvent } from '../../../contracts/step-records.ts';
import type { CellResult } from '../../../lab/results.ts';
import { boot } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import type { CellOptions } from '../../../lab/run/cell-options.ts';
import { beginLog } from '../../../lab/run/step-log.ts';
import { cloneKernel } from '../../../nucleus/kernel.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { pressedCell } from '../../support/pressed-cell.ts';

function logOf(options: CellOptions): { result: CellResult; events: RunEvent[] } {
  const events: RunEvent[] = [];
  const push = (event: RunEvent): void => {
    events.push({ ...event });
  };
  return { result: runCell({ ...options, observer: push, stepped: push }), events };
}

function ofKind<Kind extends StepEvent['kind']>(
  events: readonly RunEvent[],
  kind: Kind,
): (StepEvent & { kind: Kind })[] {
  return events.filter((event): event is StepEvent & { kind: Kind } => event.kind === kind);
}

const clocks = ['ns', 'references'] as const;

test.each(clocks)(
  '[INS1] every record is one of the schema, in order of time (%s)',
  (clock) => {
    const { events } = logOf(pressedCell(clock));
    const strange = events.filter(
      (event) => !eventRecordSchema.safeParse(JSON.parse(JSON.stringify(event))).success,
    );
    expect(strange).toEqual([]);
    expect(events.filter(({ at }, index) => index > 0 && at < events[index - 1].at)).toEqual([]);
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of ['message', 'fault', 'settled', 'map', 'unmap', 'hold', 'release', 'device'])
      expect(kinds).toContain(kind);
    for (const kind of [
      'transfer',
      'timer',
      'start',
      'end',
      'wait',
      'loss',
      'shrink',
      'shrunk',
      'expiry',
    ])
      expect(kinds).toContain(kind);
  },
  30_000,
);

test.each(clocks)(
  '[INS5] a run is the same with a log and without (%s)',
  (clock) => {
    const options = pressedCell(clock);
    const watched = logOf(options);
    const unwatched = logOf({ ...options, oracles: false });
    expect(watched.result).toEqual(runCell(options));
    expect(unwatched.result).toEqual({ ...watched.result, oracles: [] });
    // Oracles or not: the same steps.
    expect(JSON.stringify(unwatched.events) === JSON.stringify(watched.events)).toBe(true);
  },
  30_000,
);

test('[INS5] nothing listens where no log was asked for', () => {
  const { kernel } = boot(pressedCell());
  expect(kernel.tap).toBeNull();
  expect(kernel.probe).toBeNull();
});

test('[INS1] records add up to what the kernel counts', () => {
  const options = { ...pressedCell(), tasks: pressedCell().tasks.slice(0, 4) };
  const { result, events } = logOf(options);
  const settled = ofKind(events, 'settled');
  const count = (name: string, how: string) =>
    settled.filter((one) => one.task === name && one.how === how).length;
  for (const task of result.tasks) {
    const { name } = task;
    expect(ofKind(events, 'fault').filter((one) => one.task === name)).toHaveLength(task.faults);
    expect(count(name, 'hard'), name).toBe(task.hardFaults);
    expect(count(name, 'soft'), name).toBe(task.softFaults);
    expect(count(name, 'lost'), name).toBe(task.lostFaults);
    const first = settled.filter((one) => one.task === name && one.first);
    expect(first).toHaveLength(task.compulsoryFaults);
    expect(settled.reduce((sum, one) => sum + (one.task === name ? one.stallNs : 0), 0)).toBe(
      task.stallNs,
    );
    const end = events.findIndex((event) => event.kind === 'end' && event.task === name);
    // Timers of its own thread may still run out after its end, and are not counted any more.
    const living = ofKind(events.slice(0, end), 'message').filter(({ from }) => from === name);
    expect(living, name).toHaveLength(task.messages);
    const ends = ofKind(events, 'end').filter((one) => one.task === name);
    expect(ends.map(({ killed }) => killed)).toEqual([name === 'killed']);
  }
  // All are over, so nothing is mapped and nothing held.
  expect(ofKind(events, 'map')).toHaveLength(ofKind(events, 'unmap').length);
  expect(ofKind(events, 'hold')).toHaveLength(ofKind(events, 'release').length);
  expect(ofKind(events, 'transfer').length).toBeLessThanOrEqual(ofKind(events, 'device').length);
});

test('[CAP2] a message says whether a capability came along, and whether it is well formed', () => {
  const { events } = logOf(pressedCell());
  const messages = ofKind(events, 'message');
  const along = new Set(messages.filter((one) => one.along).map(({ op }) => op));
  expect([...along].toSorted()).toEqual(['exchange', 'fetch', 'store']);
  expect(messages.filter((one) => along.has(one.op) && !one.along)).toEqual([]);
  const lies = messages.filter(({ valid }) => !valid);
  expect(new Set(lies.map(({ from }) => from))).toEqual(new Set(['liar']));
  expect(lies.some(({ fields }) => fields.slot === 0.5)).toBe(true);
});

test('[TIME7] a clone goes on unlogged', () => {
  const { kernel } = boot(pressedCell());
  const events: StepEvent[] = [];
  beginLog(kernel, (event) => events.push(event));
  for (let step = 0; step < 200; step++) stepKernel(kernel);
  const before = events.length;
  const clone = cloneKernel(kernel);
  for (let step = 0; step < 200; step++) stepKernel(clone);
  expect(events).toHaveLength(before);
  stepKernel(kernel);
  expect(events.length).toBeGreaterThan(before);
});
