/**
 * A lock is over by its time limit: no device moves data through it after that [CONT4], and none
 * without one [CONT6]; the same of windows of several frames [CONT23]. Part of the oracle
 * revocation-deadline: a lock must not outlast what a notice asks for.
 */

import type { Kernel } from '../../nucleus/kernel.ts';
import { LOCKED } from '../../servers/memory/containers/page-state.ts';
import { CONTAINER_LOCKED, idOf } from '../../servers/memory/state.ts';
import { type Findings, violate } from './findings.ts';
import type { OracleView } from './view.ts';

/** A device has moved data through `window`; its number is its container's. */
export function checkTransfer(findings: Findings, view: OracleView, window: number): void {
  const list = window - view.kernel.state.windowFrame.length;
  if (list >= 0) return checkListTransfer(findings, view, list);
  const container = view.server.containers.records[idOf(view.server, window)];
  findings.checks++;
  if (container.status !== CONTAINER_LOCKED)
    violate(
      findings,
      view.kernel,
      'CONT6',
      container.owner,
      -1,
      'data moves through a window that no lock has opened',
    );
  if (container.lockedUntil < momentOfEvent(view.kernel))
    violate(
      findings,
      view.kernel,
      'CONT4',
      container.owner,
      -1,
      `data moves through a lock that ended at ${container.lockedUntil}`,
    );
}

function checkListTransfer(findings: Findings, view: OracleView, list: number): void {
  const { status, owner, lockedUntil } = view.server.pages.containers[idOf(view.server, list)];
  findings.checks++;
  if (status === LOCKED && lockedUntil >= momentOfEvent(view.kernel)) return;
  const what = 'data moves through a window of pages that no lock holds open';
  violate(findings, view.kernel, 'CONT23', owner, -1, what);
}

/** When the device was done, on the clock of terms. */
function momentOfEvent({ state }: Kernel): number {
  return state.countsReferences ? state.references : state.deviceEvents.time;
}
