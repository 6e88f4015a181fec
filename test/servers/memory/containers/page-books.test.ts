/** The books of containers of pages can fail: each thing that is wrong is noticed, and named. */

import { expect, test } from 'vitest';
import {
  ALLOCATE_ZERO,
  COPY,
  LOCK_EXCLUSIVE,
  LOCK_PHYSICAL,
  LOCK_WRITES,
  SHARE,
} from '../../../../contracts/messages.ts';
import { chargedFrames, checkPages } from '../../../../servers/memory/containers/page-books.ts';
import type { Page, PagesState } from '../../../../servers/memory/containers/page-state.ts';
import { createDesk, type Desk, FIRST, say, settleIn } from '../../../support/desk.ts';
import {
  containerOf,
  entrust,
  fill,
  lockPages,
  open,
  SECOND,
  transfer,
} from '../../../support/pages.ts';

/** FIRST pays for three pages, 0 to 2; page 3 of SECOND is a copy of page 0. Two containers. */
function kept(): { desk: Desk; pages: PagesState; own: number; weak: number; other: number } {
  const desk = createDesk();
  settleIn(desk, FIRST, 6, 0, 0);
  settleIn(desk, SECOND, 4, 0, 0);
  const own = open(desk, FIRST, { lockMax: 100 });
  fill(desk, FIRST, own, 0, 3, ALLOCATE_ZERO);
  const weak = entrust(desk, FIRST, own, SECOND);
  const other = open(desk, SECOND, { lockMax: 100 });
  transfer(desk, SECOND, [weak, 0, 1], [other, 2, 1], COPY);
  return { desk, pages: desk.server.pages, own, weak, other };
}

function wrongWith(desk: Desk): string | undefined {
  return checkPages(desk.server.pages, desk.kernel.state.frames);
}

/** What is wrong once `change` has been made to books that were right. */
function found(change: (one: ReturnType<typeof kept>) => void): string | undefined {
  const one = kept();
  expect(wrongWith(one.desk)).toBeUndefined();
  change(one);
  return wrongWith(one.desk);
}

const pageOf = ({ pages }: { pages: PagesState }, id: number) => pages.pages[id] as Page;

test('[CONT24] cells and pages name each other', () => {
  expect(found(({ desk, own }) => (containerOf(desk, FIRST, own).cells[3] = 2))).toBe(
    'page 2 does not know that it is in container 0 at 3',
  );
  expect(found(({ desk, own }) => (containerOf(desk, FIRST, own).cells[3] = 77))).toBe(
    'page 77 does not know that it is in container 0 at 3',
  );
  expect(found((one) => pageOf(one, 2).cells.push(3))).toBe('page 2 names a cell that has another');
  expect(
    found(({ desk, other }) => {
      say(desk, SECOND, 'dropContainer', [other]);
      const gone = desk.server.pages.containers[1];
      if (gone !== undefined) gone.cells = [-1];
    }),
  ).toBe('container 1 is gone and has pages');
});

test('[CONT24] pages and frames name each other', () => {
  const frame = pageOf(kept(), 1).frame;
  expect(found((one) => (one.pages.onFrame[frame] = [1, 2]))).toBe(
    `frame ${frame} lists a page that is elsewhere`,
  );
  expect(found((one) => (one.pages.onFrame[frame] = null))).toBe(
    `frame ${frame} does not list page 1`,
  );
  expect(found((one) => one.pages.onFrame.push([]))).toBe('frame 3 has an empty list of pages');
  // The record of a page that is nowhere is free: it has no frame.
  const lost = (one: ReturnType<typeof kept>) => {
    say(one.desk, FIRST, 'deallocatePages', [one.own, 1, 1]);
    expect(wrongWith(one.desk)).toBeUndefined();
    pageOf(one, 1).frame = frame;
    one.pages.onFrame[frame] = [1];
  };
  expect(found(lost)).toBe('page 1 is in no cell and has a frame');
});

test('[CONT24] each frame is charged to a task that uses it', () => {
  const { desk, pages } = kept();
  const { frames } = desk.kernel.state;
  expect([FIRST, SECOND].map((id) => chargedFrames(pages, frames, id))).toEqual([3, 0]);
  // A frame in nobody's container counts for nobody, whoever holds it.
  settleIn(desk, FIRST, 6, 0, 2);
  expect(chargedFrames(pages, frames, FIRST)).toBe(3);
  expect(
    found((one) => (one.desk.kernel.state.frames.owner[pageOf(one, 0).frame] = SECOND)),
  ).toBeUndefined();
  const alone = pageOf(kept(), 1).frame;
  expect(found((one) => (one.desk.kernel.state.frames.owner[alone] = SECOND))).toBe(
    `frame ${alone} is charged to task ${SECOND}, which does not use it`,
  );
});

test.each([
  ['pins', LOCK_PHYSICAL],
  ['writers', LOCK_WRITES],
  ['bars', LOCK_EXCLUSIVE],
] as const)('[CONT20] a page counts the locks upon it: %s', (field, how) => {
  for (const by of [-1, 1]) {
    const wrong = found((one) => {
      expect(lockPages(one.desk, one.weak, how)?.[0]).toBe('locked');
      expect(wrongWith(one.desk)).toBeUndefined();
      pageOf(one, 1)[field] += by;
    });
    expect(wrong).toBe('page 1 counts locks that are not there, or misses some');
  }
  expect(found((one) => pageOf(one, 1)[field]++)).toContain('page 1 counts locks');
});

test('[CONT20] a page that a device may write to is alone on its frame', () => {
  const { desk, pages, own, weak } = kept();
  const twin = open(desk, FIRST);
  transfer(desk, FIRST, [own, 1, 1], [twin, 0, 1], SHARE);
  expect(lockPages(desk, weak, LOCK_WRITES)?.[0]).toBe('locked');
  // Two cells of one page are one page on the frame.
  expect(wrongWith(desk)).toBeUndefined();
  const page = pageOf({ pages }, 1);
  const other = pageOf({ pages }, 2);
  pages.onFrame[other.frame] = null;
  pages.onFrame[page.frame]?.push(2);
  other.frame = page.frame;
  expect(wrongWith(desk)).toBe('page 1 is written by a device and shares its frame');
});
