/**
 * Levels: where memory servers stand behind one another, frames, contracts and deadlines are watched
 * at each of them, by the same oracles. Whatever happens to a task concerns the server whose client
 * it is; whatever is found counts once, whichever level it is found at.
 */

import { type ContractHonoured, createContractHonoured } from './contract-honoured.ts';
import { createFrameConservation, type FrameConservation } from './frame-conservation.ts';
import type { RevocationDeadline } from './open-notice.ts';
import { createRevocationDeadline } from './revocation-deadline.ts';
import type { OracleView } from './view.ts';

export interface Level {
  readonly view: OracleView;
  readonly frames: FrameConservation;
  readonly contracts: ContractHonoured;
  readonly revocation: RevocationDeadline;
}

/** A level for each memory server; the first is the one that tasks deal with. */
export function createLevels(view: OracleView): Level[] {
  const levels: Level[] = [];
  for (const server of [view.server, ...(view.above ?? [])]) {
    const own = { ...view, server };
    const made = {
      view: own,
      frames: createFrameConservation(own),
      contracts: createContractHonoured(own),
      revocation: createRevocationDeadline(own),
    };
    const first = levels[0] ?? made;
    levels.push({
      view: own,
      frames: { ...made.frames, findings: first.frames.findings },
      contracts: { ...made.contracts, findings: first.contracts.findings },
      revocation: { ...made.revocation, findings: first.revocation.findings },
    });
  }
  return levels;
}

/** The level whose client `task` is; the first where there is but one, or none that knows it. */
export function levelOf(levels: readonly Level[], task: number): Level {
  const first = levels[0] as Level;
  if (levels.length === 1) return first;
  return levels.find(({ view }) => (view.server.clients[task] ?? null) !== null) ?? first;
}
