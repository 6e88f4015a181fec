/**
 * Check of child contracts: the books of the trees against the books of the tasks that draw on
 * them. For tests and whoever sweeps; no message runs it.
 */

import type { Client, MemoryServerState } from '../state.ts';

/** Re-sums the trees against the books of tasks; returns what is wrong, or undefined. [CON11] [CON14] */
export function checkChildren(server: MemoryServerState): string | undefined {
  let idleSum = 0;
  for (const child of server.children.records) {
    if (!child.live) continue;
    idleSum += child.idle;
    let drawn = child.idle;
    let drawnExtra = child.idleExtra;
    for (const id of child.members) {
      const member = server.clients[id] as Client;
      if (member.child !== child.id) return `task ${id} draws elsewhere`;
      drawn += member.guaranteed;
      drawnExtra += member.extra;
      if (child.idle > 0 && member.held > member.guaranteed) return `task ${id} is left uncovered`;
    }
    if (drawn !== child.guaranteed) return `child ${child.id}: drawn and idle are not the whole`;
    if (drawnExtra !== child.extra) return `child ${child.id}: extras do not add up`;
    if (child.idle < 0 || child.idleExtra < 0) return `child ${child.id} is overdrawn`;
  }
  return idleSum === server.ledger.idleSum ? undefined : 'idle guarantees do not add up';
}
