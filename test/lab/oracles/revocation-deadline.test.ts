import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../contracts/events.ts';
import { sweep } from '../../../lab/oracles/index.ts';
import { TAKEN } from '../../../nucleus/probe.ts';
import { CONTAINER_LOCKED } from '../../../servers/memory/state.ts';
import { midway, rulesOf, runUntil, type WatchedCell, watchedCell } from './watched-cell.ts';

const GRACE = 1_000_000;

function notice(cell: WatchedCell, until: number): ContractEvent {
  const at = cell.world.kernel.state.nowNs;
  return { kind: 'notice', at, task: 'worker', frames: 2, deadline: at + until, cause: 'extra' };
}

function missed({ world }: WatchedCell, heard: boolean): ContractEvent {
  const at = world.kernel.state.nowNs;
  return { kind: 'missed', at, task: 'worker', returned: 0, outstanding: 2, heard };
}

function penalty({ world }: WatchedCell, name: string): ContractEvent {
  const at = world.kernel.state.nowNs;
  return { kind: 'penalty', at, task: 'worker', penalty: name, frames: 2 };
}

function rules({ oracles }: WatchedCell): string[] {
  return rulesOf(oracles.revocation.findings);
}

test.each(['none', 'repossess', 'kill'] as const)(
  'nothing is wrong under %s, and it was looked at',
  (penalty) => {
    const cell = midway({ penalty });
    runUntil(cell, Number.POSITIVE_INFINITY);
    sweep(cell.oracles);
    const { findings } = cell.oracles.revocation;
    expect(findings.violations).toEqual([]);
    expect(findings.checks).toBeGreaterThan(1000);
    const { revocationsMissed } = cell.world.kernel.state.tasks[cell.world.clients[2]];
    expect(revocationsMissed).toBeGreaterThan(0);
  },
);

test('[REV1] a notice gives less than the grace', () => {
  const cell = midway();
  cell.tell(notice(cell, GRACE - 1));
  expect(rules(cell)).toEqual(['REV1']);
});

test('[REV2] a deadline comes and goes', () => {
  const cell = midway();
  const { kernel } = cell.world;
  cell.tell(notice(cell, GRACE));
  kernel.state.nowNs += GRACE;
  for (let decision = 0; decision < 5; decision++) cell.probe.clockMoved(kernel);
  expect(rules(cell)).toEqual([]);
  kernel.state.nowNs += 1;
  cell.probe.clockMoved(kernel);
  cell.probe.clockMoved(kernel);
  expect(rules(cell)).toEqual(['REV2']);
});

test('[REV2] a server that forgets its deadlines', () => {
  const cell = watchedCell({ planted: 'forget-deadline' });
  runUntil(cell, 20_000_000);
  expect(rules(cell)).toContain('REV2');
});

test('[REV2] a miss before the deadline', () => {
  const cell = midway();
  cell.tell(notice(cell, GRACE));
  cell.world.kernel.state.tasks[cell.world.clients[0]].revocationsMissed++;
  cell.tell(missed(cell, true));
  expect(rules(cell)).toEqual(['REV2']);
});

test('[REV3] a further notice brings the deadline forward', () => {
  const cell = midway();
  cell.tell(notice(cell, GRACE));
  cell.tell(notice(cell, GRACE));
  expect(rules(cell)).toEqual([]);
  cell.tell(notice(cell, GRACE - 1));
  expect(rules(cell)).toEqual(['REV3']);
});

test('[REV4] a client that waited is said not to have', () => {
  const cell = midway();
  const worker = cell.world.kernel.state.tasks[cell.world.clients[0]];
  worker.revocationsMissed++;
  worker.receiving = false;
  cell.tell(missed(cell, false));
  expect(rules(cell)).toEqual([]);
  worker.revocationsMissed++;
  worker.receiving = true;
  cell.tell(missed(cell, false));
  expect(rules(cell)).toEqual(['REV4']);
});

test('[REV5] frames are taken that were not due', () => {
  const cell = midway();
  cell.probe.released(cell.world.kernel, cell.world.clients[0], 0, 0, TAKEN);
  expect(rules(cell)).toEqual(['REV5']);
});

test('[REV5] frames that were due are not taken', () => {
  const cell = midway();
  const client = cell.oracles.view.server.clients[cell.world.clients[0]];
  if (client === null) throw new Error('no client');
  client.held = client.guaranteed + 1;
  cell.tell(penalty(cell, 'repossess'));
  // Of the two that were due one is guaranteed by now.
  cell.probe.released(cell.world.kernel, client.id, 0, 0, TAKEN);
  cell.probe.clockMoved(cell.world.kernel);
  expect(rules(cell)).toEqual([]);
  cell.tell(penalty(cell, 'repossess'));
  cell.probe.clockMoved(cell.world.kernel);
  expect(rules(cell)).toEqual(['REV5']);
});

test('[REV6] a miss that is not counted', () => {
  const cell = midway();
  cell.world.kernel.state.tasks[cell.world.clients[0]].receiving = false;
  cell.tell(missed(cell, false));
  expect(rules(cell)).toEqual(['REV6']);
});

test('[REV7] a client that misses under penalty kill and lives', () => {
  const cell = midway();
  cell.tell(penalty(cell, 'kill'));
  cell.probe.clockMoved(cell.world.kernel);
  expect(rules(cell)).toEqual(['REV7']);
});

test('[CONT4] data moves after the end of its lock', () => {
  const cell = watchedCell({ planted: 'lock-without-end', lockMax: 60_000 });
  runUntil(cell, 5_000_000);
  expect(rules(cell)).toEqual(['CONT4']);
});

test('[CONT6] data moves through a window that no lock has opened', () => {
  const cell = midway();
  const { records } = cell.oracles.view.server.containers;
  const window = records.findIndex(({ status }) => status !== CONTAINER_LOCKED);
  cell.probe.transferred(cell.world.kernel, window, 0);
  expect(rules(cell)).toContain('CONT6');
});
