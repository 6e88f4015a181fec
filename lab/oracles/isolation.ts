/**
 * Isolation: no task sees what another left, and no translation outlives its mapping.
 *
 *   at each map     the frame belongs to the pager of the task, and holds zeros or a page of the
 *                   task itself: never junk, never another's page
 *   at each unmap   the TLB does not hold the page any more
 *   at a sweep      each page that the page table maps has a frame of its pager's, or one lent out
 *                   of a container, whose reverse map names that very page, for a page that lies on
 *                   it; the TLB translates no page that is not mapped
 *
 * Which of the task's own pages the frame holds, and which version, is no-lost-page's to check.
 */

import { spaceOfGlobalPage } from '../../nucleus/memory-map.ts';
import { isMappedBy } from '../../nucleus/reverse-map.ts';
import { isTranslated } from '../../nucleus/tlb-consistency.ts';
import { pagesOn } from '../../servers/memory/containers/page-state.ts';
import type { SpaceState } from '../../sim-hw/address-space.ts';
import { JUNK } from '../../sim-hw/frames.ts';
import { LARGE, LENT } from '../../sim-hw/page-table/format.ts';
import { createFindings, type Findings, violate } from './findings.ts';
import type { OracleView } from './view.ts';

export interface Isolation {
  readonly findings: Findings;
}

export function createIsolation(): Isolation {
  return {
    findings: createFindings('isolation', ['MEM4', 'MEM8', 'CAP5', 'FAULT3', 'CONT31', 'PMAP1']),
  };
}

/** `page` of `task` has been mapped to `frame`. */
export function checkMapped(
  { findings }: Isolation,
  view: OracleView,
  task: number,
  page: number,
  frame: number,
): void {
  const { kernel } = view;
  const { frames, spaces, tasks } = kernel.state;
  const { space, pager } = tasks[task];
  findings.checks++;
  if (frames.owner[frame] !== pager)
    violate(findings, kernel, 'CAP5', task, page, `maps a frame of task ${frames.owner[frame]}`);
  const high = frames.stampHigh[frame];
  if (high === 0) return;
  if (high === JUNK) violate(findings, kernel, 'FAULT3', task, page, 'maps junk');
  else if (spaceOfGlobalPage(kernel, high - 1).id !== space) {
    const other = spaceOfGlobalPage(kernel, high - 1);
    const { name, stirs } = view.watched[other.id];
    // They lend pages to each other, and take out what they were lent.
    if (stirs && view.watched[space].stirs) return;
    const what = `maps what page ${high - 1 - other.base} of ${name} held`;
    violate(findings, kernel, 'MEM4', task, page, what);
  } else if (high - 1 >= spaces[space].base + spaces[space].pages)
    violate(findings, kernel, 'MEM4', task, page, 'maps a page that does not exist');
}

/** `page` of `space` has just been unmapped. */
export function checkUnmapped(
  { findings }: Isolation,
  { kernel, watched }: OracleView,
  space: SpaceState,
  page: number,
): void {
  findings.checks++;
  if (isTranslated(kernel, space, page))
    violate(findings, kernel, 'MEM8', watched[space.id].id, page, 'is unmapped and in the TLB');
}

/** Every page of every space. */
export function sweepMappings(oracle: Isolation, view: OracleView): void {
  for (const space of view.kernel.state.spaces) sweepSpace(oracle, view, space);
}

function sweepSpace({ findings }: Isolation, view: OracleView, space: SpaceState): void {
  const { kernel } = view;
  const { frames, table, tasks } = kernel.state;
  const { pageNumbers } = kernel.programs[space.id];
  const { id } = view.watched[space.id];
  findings.checks += space.pages;
  for (let page = 0; page < space.pages; page++) {
    const index = kernel.format.find(table, space.id, pageNumbers[page]);
    if (index < 0) {
      if (isTranslated(kernel, space, page))
        violate(findings, kernel, 'MEM8', id, page, 'is not mapped and in the TLB');
      continue;
    }
    const { probes } = table;
    if (
      kernel.format.walk(table, space.id, pageNumbers[page]) < 0 &&
      isTranslated(kernel, space, page)
    )
      violate(findings, kernel, 'PMAP1', id, page, 'is lost to the hardware and in the TLB');
    table.probes = probes;
    const entry = table.entries[index];
    // Of a superpage there is one entry for all of its pages.
    const isLarge = space.order === 0 && (entry & LARGE) !== 0;
    const frame = (entry >>> 8) + (isLarge ? pageNumbers[page] % 512 : 0);
    const lent = (entry & LENT) !== 0;
    if (lent && !isInPage(view, frame))
      violate(findings, kernel, 'CONT31', id, page, `was lent frame ${frame}, which is in no page`);
    else if (!lent && frames.owner[frame] !== tasks[id].pager)
      violate(findings, kernel, 'CAP5', id, page, `maps a frame of task ${frames.owner[frame]}`);
    else if (!isMappedBy(kernel, frame, space.base + page + 1))
      violate(findings, kernel, 'CAP5', id, page, `maps frame ${frame}, which says otherwise`);
  }
}

/** Whether the frame is in a page of a container, at whichever memory server. */
function isInPage({ server, above = [] }: OracleView, frame: number): boolean {
  if (pagesOn(server.pages, frame).length > 0) return true;
  return above.some(({ pages }) => pagesOn(pages, frame).length > 0);
}
