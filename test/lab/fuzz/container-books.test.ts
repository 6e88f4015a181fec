/** The books of containers of pages notice what is planted. */

import { expect, test } from 'vitest';
import { COPY, READ, WRITE } from '../../../contracts/messages.ts';
import { checkContainers, createContainerBooks } from '../../../lab/fuzz/container-books.ts';
import { madeReverseMap } from '../../../nucleus/reverse-map.ts';
import { WRITABLE } from '../../../sim-hw/page-table/format.ts';
import { FIRST, say } from '../../support/desk.ts';
import { handed, open, SECOND, transfer } from '../../support/pages.ts';

/** A page that its owner maps for writing and another for reading, and a copy of another one. */
function mapped() {
  const made = handed();
  const { desk, own, weak } = made;
  say(desk, FIRST, 'mapPage', [own, 0, 3, READ]);
  say(desk, SECOND, 'mapPage', [weak, 0, 4, READ]);
  say(desk, FIRST, 'mapPage', [own, 0, 3, WRITE]);
  const other = open(desk, SECOND);
  transfer(desk, SECOND, [weak, 1, 1], [other, 0, 1], COPY);
  say(desk, FIRST, 'mapPage', [own, 1, 5, READ]);
  say(desk, SECOND, 'mapPage', [other, 0, 6, READ]);
  const { kernel, server } = desk;
  const [first, second] = kernel.state.spaces.map(({ base }) => base) as [number, number];
  const books = createContainerBooks([FIRST, SECOND]);
  const check = () => checkContainers(books, kernel, server);
  expect(check()).toBeUndefined();
  return { ...made, kernel, check, keys: { copy: second + 7, own: first + 6 } };
}

function raise(kernel: ReturnType<typeof mapped>['kernel'], space: number, page: number): void {
  const number = kernel.programs[space]?.pageNumbers[page] as number;
  const index = kernel.format.find(kernel.state.table, space, number);
  kernel.state.table.entries[index] = (kernel.state.table.entries[index] as number) | WRITABLE;
}

test('[CONT31] a second writer is found', () => {
  const { kernel, check } = mapped();
  raise(kernel, 1, 4);
  expect(check()).toMatch(/^\[CONT31\] frame \d+ is mapped for writing by 2 pages/);
});

test('[CONT27] a writer of a frame with copies is found, whichever of its pages it is', () => {
  for (const [space, page] of [
    [0, 5],
    [1, 6],
  ] as const) {
    const { kernel, check } = mapped();
    raise(kernel, space, page);
    expect(check()).toMatch(/^\[CONT27\] frame \d+ of 2 pages is mapped for writing/);
  }
});

test('[CONT31] a mapping for a page that does not lie on the frame is found', () => {
  const { kernel, check, keys } = mapped();
  madeReverseMap(kernel).lentFor[keys.copy] = 0;
  expect(check()).toMatch(/^\[CONT31\] task \d+ maps frame \d+ for page 0, which lies elsewhere/);
});

test('[CONT20] who maps what another has locked is found, and not who maps a copy of it', () => {
  const { desk, kernel, check, keys } = mapped();
  const { lentFor } = madeReverseMap(kernel);
  const [copied, copy] = [keys.own, keys.copy].map((key) => lentFor[key] as number);
  const page = (id: number | undefined) =>
    desk.server.pages.pages[id as number] as { bars: number };
  page(copied).bars = 1;
  expect(check()).toMatch(new RegExp(`^\\[CONT20\\] task ${FIRST} maps page ${copied},`));
  page(copied).bars = 0;
  page(copy).bars = 1;
  expect(check()).toMatch(new RegExp(`^\\[CONT20\\] task ${SECOND} maps page ${copy},`));
});
