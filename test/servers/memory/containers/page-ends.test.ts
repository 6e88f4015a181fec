import { expect, test } from 'vitest';
import { LOCK_PHYSICAL } from '../../../../contracts/messages.ts';
import { checkEnds, nextEnd } from '../../../../servers/memory/containers/page-ends.ts';
import { SEALED } from '../../../../servers/memory/containers/page-state.ts';
import { setRank } from '../../../../servers/memory/ranked.ts';
import { advance, createDesk, FIRST, say, settleIn, takeHeard } from '../../../support/desk.ts';
import { containerOf, entrust, lockPages, open, SECOND } from '../../../support/pages.ts';

test('[CONT14] of many containers each ends at its own moment, the soonest first', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, FIRST, 6, 0, 0);
  const lifetimes = [70, 20, 50, 20, 90];
  const owned = lifetimes.map((lifetime) => open(desk, FIRST, { lifetime, lockMax: 5 }));
  const still = open(desk, FIRST, { lockMax: 5 });
  expect(checkEnds(desk.server.pages)).toBeUndefined();
  const ended: number[] = [];
  for (const ns of [19, 1, 30, 20, 20]) {
    advance(desk, ns);
    for (const [name, capability] of takeHeard(desk, FIRST))
      if (name === 'containerEnded') ended.push(owned.indexOf(capability as number));
  }
  expect(ended).toEqual([1, 3, 2, 0, 4]);
  expect(containerOf(desk, FIRST, still).status).toBe(SEALED);
  // What has no end is not listed.
  expect(desk.server.pages.ends.count).toBe(0);
  expect(nextEnd(desk.server.pages)).toBe(Number.POSITIVE_INFINITY);
});

test('[CONT4] a lock that ends early leaves no end behind, and its lifetime counts again', () => {
  const desk = createDesk({ frames: 16 });
  settleIn(desk, FIRST, 6, 0, 0);
  const own = open(desk, FIRST, { lifetime: 60, lockMax: 30 });
  const weak = entrust(desk, FIRST, own, SECOND);
  expect(lockPages(desk, weak, LOCK_PHYSICAL, 20)?.[0]).toBe('locked');
  expect(nextEnd(desk.server.pages)).toBe(20);
  say(desk, SECOND, 'unlockContainer', [weak]);
  expect(nextEnd(desk.server.pages)).toBe(60);
  expect(checkEnds(desk.server.pages)).toBeUndefined();
  containerOf(desk, FIRST, own).endsAt = 61;
  expect(checkEnds(desk.server.pages)).toContain('noted 60');
  containerOf(desk, FIRST, own).endsAt = 60;
  setRank(desk.server.pages.ends, 9, -5);
  expect(checkEnds(desk.server.pages)).toBe('2 ends, 1 containers');
});
