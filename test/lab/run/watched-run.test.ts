import { expect, test } from 'vitest';
import { boot } from '../../../lab/run/boot.ts';
import { runCell } from '../../../lab/run/cell.ts';
import { type Snapshot, snapshotOf } from '../../../lab/run/snapshot.ts';
import { createWatching, runWatched, type Watching } from '../../../lab/run/watched-run.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import type { MemoryServerState } from '../../../servers/memory/state.ts';
import { hashState } from '../../../sim-hw/state.ts';
import { pressedCell } from '../../support/pressed-cell.ts';

function watched(options: ReturnType<typeof pressedCell>, watching: Watching) {
  const snapshots: Snapshot[] = [];
  const show = (snapshot: Snapshot): void => {
    snapshots.push(snapshot);
  };
  const result = runCell(options, (world) => runWatched(world, watching, show));
  return { result, snapshots };
}

test.each(['ns', 'references'] as const)(
  '[INS5] a run is the same when it is watched (%s)',
  (clock) => {
    const options = pressedCell(clock);
    const alone = runCell(options);
    const every = clock === 'ns' ? 1_000_000 : 50;
    const { result, snapshots } = watched(options, createWatching(every));
    expect(result).toEqual(alone);
    expect(snapshots.length).toBeGreaterThan(10);
    expect(snapshots.at(-1)?.over).toBe(true);
    expect(snapshots.filter(({ over }) => over)).toHaveLength(1);
    // The first and the last apart, each is the first of its interval.
    const intervals = snapshots.slice(1, -1).map(({ at }) => Math.floor(at / every));
    expect(new Set(intervals).size).toBe(intervals.length);
    expect(watched(options, createWatching(every)).snapshots).toEqual(snapshots);
  },
);

test('[INS4] [INS5] a snapshot is of now, adds up, is what the server has in its books, and changes nothing', () => {
  const world = boot(pressedCell());
  const { kernel } = world;
  let [owed, waited, locked] = [0, 0, 0];
  for (let step = 0; stepKernel(kernel); step++) {
    if (step % 53 !== 0) continue;
    const before = hashState(kernel.state);
    const { at, frames, free, tasks, locked: locks } = snapshotOf(world, false);
    expect(hashState(kernel.state)).toBe(before);
    expect(at).toBe(kernel.state.nowNs);
    expect(tasks.reduce((sum, { held }) => sum + held, free)).toBe(frames);
    expect(tasks.reduce((sum, task) => sum + task.locked, 0)).toBe(locks);
    const server = kernel.receivers[world.memory].state as MemoryServerState;
    for (const [at, { contract, held }] of tasks.entries()) {
      const client = server.clients[world.clients[at]] ?? null;
      expect(held).toBe(client?.held ?? 0);
      expect(contract?.guaranteed).toBe(client?.guaranteed ?? 0);
      expect(contract?.extra).toBe(client?.extra ?? 0);
      expect(contract?.owed).toBe(client?.noticed ?? 0);
      if (client?.noticed) expect(contract?.deadline).toBe(client.notice?.deadline);
      expect(contract?.wanted).toBe(
        client && client.waitingOrder >= 0 ? 2 ** client.waitingOrder : 0,
      );
      owed += contract?.owed ?? 0;
      waited += contract?.wanted ?? 0;
      expect(contract?.deadline === null).toBe(contract?.owed === 0);
    }
    locked += locks;
  }
  expect([owed > 0, waited > 0, locked > 0]).toEqual([true, true, true]);
});

test('under a central pager nobody has a contract', () => {
  const { result, snapshots } = watched(
    { ...pressedCell(), management: 'mach' },
    createWatching(5_000_000),
  );
  expect(result).toEqual(runCell({ ...pressedCell(), management: 'mach' }));
  for (const { tasks } of snapshots) expect(tasks.every((one) => one.contract === null)).toBe(true);
  expect(snapshots.some(({ free, frames }) => free < frames)).toBe(true);
});

test('a snapshot that is asked for comes once', () => {
  const watching = createWatching(0);
  watching.asked[0] = 1;
  const { snapshots } = watched(pressedCell(), watching);
  expect(snapshots).toHaveLength(3);
  expect(watching.asked[0]).toBe(0);
});

test('a run that is held back stands still at its limit, and then ends as it would', () => {
  const watching = createWatching(0);
  watching.limit[0] = 2_000_000;
  const options = pressedCell();
  const moments: number[] = [];
  // Nobody else raises the limit here: the fifth look at the same moment does.
  const result = runCell(options, (world) =>
    runWatched(world, watching, ({ ns }) => {
      moments.push(ns);
      const looks = moments.filter((one) => one === ns).length;
      if (looks === 5) watching.limit[0] = ns > 6_000_000 ? Number.POSITIVE_INFINITY : ns + 2e6;
      if (watching.limit[0] !== Number.POSITIVE_INFINITY) watching.asked[0] = 1;
    }),
  );
  expect(result).toEqual(runCell(options));
  const stood = [...new Set(moments)].filter(
    (ns) => moments.filter((one) => one === ns).length >= 5,
  );
  expect(stood.length).toBeGreaterThan(2);
  expect(stood[0]).toBeGreaterThan(2_000_000);
});
