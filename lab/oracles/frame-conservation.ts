/**
 * Frame conservation: no frame is lost, doubled or held by the dead.
 *
 *   at each grant and release   frames that are free + frames that the ledger has lent = frames
 *   at a sweep                  each frame stands in one slot of the one task that owns it, or in
 *                               containers of pages and is charged to one of their owners, or is
 *                               free; the ledger's counts are what slots and containers say
 *   at a death                  nothing is left
 */

import { type CapabilityTable, frameAt, orderAt } from '../../nucleus/capabilities.ts';
import { chargedFrames, checkPages } from '../../servers/memory/containers/page-books.ts';
import { checkLedger } from '../../servers/memory/ledger.ts';
import { checkRecords } from '../../servers/memory/metadata.ts';
import { NO_SLOT, poolOf } from '../../servers/memory/upstream/upstream.ts';
import { checkBuddy } from '../../sim-hw/buddy.ts';
import { createFindings, type Findings, violate } from './findings.ts';
import { checkTableFrames } from './table-frames.ts';
import type { OracleView } from './view.ts';

export interface FrameConservation {
  readonly findings: Findings;
  /** Times each frame stood in a slot; scratch space of a sweep. */
  readonly seen: Uint8Array;
}

export function createFrameConservation(view: OracleView): FrameConservation {
  return {
    findings: createFindings('frame-conservation', [
      'MEM1',
      'MEM6',
      'CON1',
      'CONT24',
      'MEM15',
      'MEM19',
    ]),
    seen: new Uint8Array(view.kernel.state.frames.count),
  };
}

/** After each grant and each release. */
export function checkSum(oracle: FrameConservation, view: OracleView, task: number): void {
  const { kernel, server } = view;
  const { buddy } = poolOf(kernel, server);
  const { heldSum } = server.ledger;
  const count = framesOf(view);
  oracle.findings.checks++;
  if (buddy.free + heldSum !== count)
    violate(
      oracle.findings,
      view.kernel,
      'MEM1',
      task,
      -1,
      `${buddy.free} frames are free and ${heldSum} held, of ${count}`,
    );
}

/** The memory server has buried `task`. */
export function checkDeath(oracle: FrameConservation, view: OracleView, task: number): void {
  const client = view.server.clients[task];
  oracle.findings.checks++;
  if (client !== null && client !== undefined && client.held !== 0)
    violate(
      oracle.findings,
      view.kernel,
      'MEM6',
      task,
      -1,
      `is dead and still holds ${client.held} frames`,
    );
}

/** Everything, frame by frame. */
export function sweepFrames(oracle: FrameConservation, view: OracleView): void {
  const { kernel, server } = view;
  const { capabilities } = kernel.state;
  const frames = poolOf(kernel, server);
  const { findings, seen } = oracle;
  findings.checks += frames.count;
  seen.fill(0);
  for (const [task, table] of capabilities.entries()) {
    if (!isWatchedHere(view, task)) continue;
    const inContainers = chargedFrames(server.pages, frames, task);
    const held = countSlots(oracle, view, task, table) + inContainers;
    const recorded = server.clients[task]?.held ?? 0;
    if (held !== recorded)
      violate(
        findings,
        kernel,
        'MEM1',
        task,
        -1,
        `${recorded} frames on record, ${held} in slots and containers`,
      );
  }
  for (const [frame, pages] of server.pages.onFrame.entries()) if (pages !== null) seen[frame]++;
  const wrongPages = checkPages(server.pages, frames);
  if (wrongPages !== undefined) violate(findings, kernel, 'CONT24', -1, -1, wrongPages);
  for (let frame = 0; frame < frames.count; frame++) {
    const times = seen[frame];
    if (times > 1)
      violate(findings, kernel, 'MEM1', -1, -1, `frame ${frame} is held ${times} times`);
    else if (isLent(view, frame) !== (times === 1))
      violate(
        findings,
        kernel,
        'MEM1',
        frames.owner[frame],
        -1,
        `frame ${frame} is owned by task ${frames.owner[frame]} and in ${times} slots or containers`,
      );
  }
  const wrongRecords = checkRecords(server);
  if (wrongRecords !== undefined) violate(findings, kernel, 'MEM19', -1, -1, wrongRecords);
  const wrongTables = checkTableFrames(kernel);
  if (wrongTables !== undefined) violate(findings, kernel, 'MEM15', -1, -1, wrongTables);
  const accounts = server.clients.filter((client) => client !== null);
  const wrong =
    checkLedger(server.ledger, accounts) ?? checkBuddy(frames.buddy) ?? checkGranted(view);
  if (wrong !== undefined) violate(findings, kernel, 'CON1', -1, -1, wrong);
}

/** What a stacked server has taken in is what the one above has in its books, slot by slot. */
function checkGranted({ kernel, server }: OracleView): string | undefined {
  const { id, upstream, ledger } = server;
  if (upstream === null) return undefined;
  const table = kernel.state.capabilities[id];
  let count = 0;
  for (const [frame, slot] of upstream.slotOf.entries()) {
    if (slot === NO_SLOT) continue;
    count++;
    if (frameAt(table, slot) !== frame) return `frame ${frame} is not in slot ${slot} of a server`;
  }
  return count === ledger.frames ? undefined : `${ledger.frames} frames granted, ${count} in slots`;
}

/** Frames that the server has: the machine's, or what it was granted and has taken in. */
function framesOf({ kernel, server }: OracleView): number {
  return server.upstream === null ? kernel.state.frames.count : server.ledger.frames;
}

/** Whether the frame is one of the server's, and some client's. */
function isLent({ kernel, server }: OracleView, frame: number): boolean {
  const { owner, keeper } = poolOf(kernel, server);
  const { upstream } = server;
  return owner[frame] !== keeper && (upstream === null || upstream.slotOf[frame] !== NO_SLOT);
}

/** Clients of the server; strangers at the first alone, where nothing may be found of them. */
function isWatchedHere({ server, above = [] }: OracleView, task: number): boolean {
  if ((server.clients[task] ?? null) !== null) return true;
  if (server.place > 0) return false;
  return above.every(({ clients }) => (clients[task] ?? null) === null);
}

function countSlots(
  { findings, seen }: FrameConservation,
  { kernel }: OracleView,
  task: number,
  table: CapabilityTable,
): number {
  const { owner } = kernel.state.frames;
  // Of what a server lends on the owner is whoever has it now.
  const lendsOn = kernel.receivers[task]?.reclaim !== undefined;
  let held = 0;
  for (let slot = 0; slot < table.slots; slot++) {
    const first = frameAt(table, slot);
    if (first < 0) continue;
    const end = first + (1 << orderAt(table, slot));
    held += end - first;
    for (let frame = first; frame < end; frame++) {
      seen[frame]++;
      if (owner[frame] !== task && !lendsOn)
        violate(findings, kernel, 'MEM1', task, -1, `holds frame ${frame} of task ${owner[frame]}`);
    }
  }
  return held;
}
