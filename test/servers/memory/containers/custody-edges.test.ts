/** Runs that come into hands and leave them, at the edges: what is in them, what maps them. */

import { expect, test } from 'vitest';
import { frameAt } from '../../../../nucleus/capabilities.ts';
import { map } from '../../../../nucleus/memory-map.ts';
import { createDesk, FIRST, say, settleIn, tableOf, takeHeard } from '../../../support/desk.ts';
import { load, SECOND } from '../../../support/pages.ts';

test('[MEM8] who returns a run, for good or softly, does not read it any more', () => {
  for (const message of ['returnFrames', 'releaseSoft', 'returnRange'] as const) {
    const desk = createDesk();
    const [slot] = settleIn(desk, FIRST, 2, 0, 1) as [number];
    map(desk.kernel, FIRST, FIRST, 3, slot, true);
    expect(load(desk, FIRST, 3)).toBeDefined();
    say(desk, FIRST, message, message === 'returnRange' ? [slot, 1] : [slot]);
    expect(load(desk, FIRST, 3)).toBeUndefined();
  }
});

test('[MEM25] [SOFT3] soft references to frames that come in a reserved run are dead, and told', () => {
  const desk = createDesk({ frames: 4 });
  const slots = settleIn(desk, FIRST, 2, 0, 2);
  for (const slot of slots) say(desk, FIRST, 'releaseSoft', [slot]);
  say(desk, SECOND, 'contract', [2, 0, 0, 0]);
  expect(say(desk, SECOND, 'reserveRun', [1, 0, 1])[0]?.[0]).toBe('reserved');
  expect(takeHeard(desk, FIRST)).toEqual(slots.map((slot) => ['softGone', slot, 0, 0, 0, 0]));
});

test('[MEM4] [MEM25] a reserved run of one’s own is zeroed where that is asked for, and else is not', () => {
  const desk = createDesk({ frames: 4 });
  settleIn(desk, FIRST, 4, 0, 0);
  const { stampHigh } = desk.kernel.state.frames;
  for (const zero of [0, 1]) {
    const [first] = say(desk, FIRST, 'reserveRun', [1, 0, 1]);
    const slot = first?.[2] as number;
    const frame = frameAt(tableOf(desk, FIRST), slot);
    stampHigh.fill(55, frame, frame + 2);
    say(desk, FIRST, 'returnRange', [slot, 2]);
    const [again] = say(desk, FIRST, 'reserveRun', [1, zero, 1]);
    expect(again?.[4]).toBe(zero);
    expect([...stampHigh.slice(frame, frame + 2)]).toEqual(zero === 1 ? [0, 0] : [55, 55]);
    say(desk, FIRST, 'returnRange', [slot, 2]);
  }
});
