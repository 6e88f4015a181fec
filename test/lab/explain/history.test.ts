import { expect, test } from 'vitest';
import type { ContractEvent } from '../../../contracts/events.ts';
import { explain, explanationText, historyOf } from '../../../lab/explain/index.ts';
import { boot } from '../../../lab/run/boot.ts';
import { stepKernel } from '../../../nucleus/scheduler.ts';
import { type Client, EXPIRED, GONE, NONE, SHRINKING } from '../../../servers/memory/state.ts';
import { pressedCell } from '../../support/pressed-cell.ts';

const plain = { colours: false };

test.each(['ns', 'references'] as const)(
  '[INS3] [CON3] at every moment a log explains what the server itself has in its books (%s)',
  (clock) => {
    const world = boot(pressedCell(clock));
    const { kernel } = world;
    const events: ContractEvent[] = [];
    kernel.observer = (event) => events.push(event as ContractEvent);
    const { clients } = kernel.receivers[world.memory].state as { clients: (Client | null)[] };
    const seen = new Set<string>();
    let steps = 0;
    while (stepKernel(kernel)) {
      if (++steps % 97 !== 0) continue;
      for (const id of world.clients) {
        const client = clients[id] ?? null;
        const { name } = kernel.state.tasks[id];
        const told = explain(null, events, name, Number.MAX_SAFE_INTEGER);
        const { contract, held, notices, waits, sums } = told;
        expect(held, name).toBe(client?.held ?? 0);
        expect(held).toBe(sums.within + sums.extra - sums.returned - sums.taken - sums.inherited);
        expect(told.steps.reduce((sum, step) => sum + step.frames, 0)).toBe(held);
        if (client === null) continue;
        const { guaranteed, extra, expiresAt, noticed, waitingOrder, status } = client;
        expect(contract, name).toMatchObject({ guaranteed, extra });
        if (status !== NONE)
          expect(contract.until ?? Number.POSITIVE_INFINITY, name).toBe(
            status === GONE ? Number.POSITIVE_INFINITY : expiresAt,
          );
        expect(contract.status === 'shrinking', name).toBe(status === SHRINKING);
        expect(contract.status === 'expired', name).toBe(status === EXPIRED);
        expect(notices.owed, name).toBe(noticed);
        expect(waits !== null, name).toBe(waitingOrder >= 0);
        for (const step of told.steps) seen.add(step.kind);
        for (const step of told.steps) if (step.kind === 'notice') seen.add(step.outcome);
      }
    }
    for (const kind of ['contract', 'renewed', 'expired', 'granted', 'returned', 'died'])
      expect(seen).toContain(kind);
    for (const outcome of ['met', 'missed', 'open']) expect(seen).toContain(outcome);
    for (const kind of ['shrink', 'shrunk']) expect(seen).toContain(kind);
  },
);

/** One obligation from end to end, and what led to it. */
const story: ContractEvent[] = [
  { kind: 'contract', at: 0, task: 'lender', guaranteed: 2, extra: 6, until: 0 },
  { kind: 'grant', at: 10, task: 'lender', frames: 2, extra: false, waited: 0 },
  { kind: 'grant', at: 20, task: 'lender', frames: 3, extra: true, waited: 0 },
  { kind: 'grant', at: 30, task: 'lender', frames: 1, extra: true, waited: 0 },
  { kind: 'contract', at: 40, task: 'claimant', guaranteed: 4, extra: 0, until: 0 },
  { kind: 'wait', at: 50, task: 'claimant', frames: 1 },
  { kind: 'notice', at: 50, task: 'lender', frames: 1, deadline: 150, cause: 'extra' },
  { kind: 'wait', at: 60, task: 'other', frames: 2 },
  { kind: 'notice', at: 60, task: 'lender', frames: 2, deadline: 150, cause: 'extra' },
  { kind: 'return', at: 70, task: 'lender', frames: 1, outstanding: 2, late: false },
  { kind: 'grant', at: 70, task: 'claimant', frames: 1, extra: false, waited: 20 },
  { kind: 'missed', at: 150, task: 'lender', returned: 1, outstanding: 2, heard: true },
  { kind: 'penalty', at: 150, task: 'lender', penalty: 'repossess', frames: 2 },
  { kind: 'loss', at: 150, task: 'lender', frames: 1, modified: true },
  { kind: 'loss', at: 150, task: 'lender', frames: 1, modified: false },
  { kind: 'refusal', at: 160, task: 'lender', reason: 'no' },
];

test('[REV3] [REV5] notices, returns, the miss and the losses are one obligation', () => {
  const { steps, held, met, missed } = historyOf(story, 'lender', 1000);
  expect(steps.map(({ kind }) => kind)).toEqual(['contract', 'granted', 'granted', 'notice']);
  expect(steps.at(-1)).toMatchObject({
    from: 50,
    to: 150,
    asked: 3,
    deadline: 150,
    wanted: [
      { task: 'claimant', frames: 1 },
      { task: 'other', frames: 2 },
    ],
    returned: 1,
    outcome: 'missed',
    outstanding: 2,
    taken: 2,
    takenWritten: 1,
    frames: -3,
    held: 3,
  });
  expect([held, met, missed]).toEqual([3, 0, 1]);
});

test('[INS3] what had not happened yet is not told', () => {
  const then = explain(null, story, 'lender', 60);
  expect(then.held).toBe(6);
  expect(then.notices).toEqual({ met: 0, missed: 0, owed: 3 });
  expect(then.refusals).toEqual([]);
  expect(explain(null, story, 'lender', 19).held).toBe(2);
  expect(explain(null, story, 'claimant', 60).waits).toEqual({ frames: 1, since: 50 });
  expect(explain(null, story, 'claimant', 70).waits).toBeNull();
  expect(explain(null, story, 'lender', null)).toMatchObject({ at: 160, lastAt: 160 });
});

test('the words say it, with the sum, in 120 columns', () => {
  const text = explanationText(explain(null, story, 'lender', null), plain);
  expect(text).toContain('lender holds 3 frames at 160 ns\n');
  expect(text).toContain('2 guaranteed (G), up to 6 extra (E); in force since 0 ns, without end');
  expect(text).toContain(
    'granted 6 (2 within G, 4 as extras) - returned 1 - taken away 2 = 3 held',
  );
  expect(text).toMatch(/0 met, 1 missed/);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'asked for 3 frames back by 150 ns for claimant (1), other (2); returned 1; missed with 2 ' +
      'still out; penalty: 2 frames taken, 1 of them written to',
  );
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  const open = explanationText(explain(null, story, 'lender', 60), plain);
  expect(open.replaceAll(/\s+/g, ' ')).toContain('3 frames still due by 150 ns for claimant (1)');
});

test('a task that nothing befell holds nothing, and the text says so', () => {
  const told = explain(null, story, 'nobody', null);
  expect(told).toMatchObject({ held: 0, steps: [], contract: { status: 'none' } });
  expect(explanationText(told, plain)).toContain('Nothing had befallen it.');
});
