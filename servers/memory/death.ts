/**
 * Death of a task. The locks it held are over [CONT42], and what it could name is nobody's. Of a
 * client everything it had is free at once [MEM6]: its containers die, locks on them break (a
 * transfer in flight moves nothing more, [CONT6]), its guarantee goes, its frames go back.
 * Child contracts split off its own end as if folded [CON20]; what it drew on one is idle there, and
 * one that only it could reach closes [CON18] [CON19].
 */

import {
  type CapabilityTable,
  forgetCapabilities,
  frameAt,
  WEAK_CONTAINER,
} from '../../nucleus/capabilities.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import { INHERITED } from '../../nucleus/probe.ts';
import { observe } from './answers.ts';
import { breakContainersOf, dissolve, resolve } from './containers/containers.ts';
import { releaseSlot } from './containers/custody.ts';
import { endLocksOf } from './containers/locks.ts';
import { endPageLocksOf } from './containers/page-locks.ts';
import { buryPages } from './containers/page-losses.ts';
import { leaveChild, OWN } from './contracts/child-contract.ts';
import { closeUnused, endChildrenOf, recall, releaseControls } from './contracts/folding.ts';
import { releasePolicy } from './contracts/policy.ts';
import { setGuarantee, setNoticed } from './ledger.ts';
import { forgetSoft } from './revocation/soft-runs.ts';
import { reconsider } from './revocation/victims.ts';
import { endWaiting } from './revocation/waiting-requests.ts';
import { GONE, type MemoryServerState } from './state.ts';

export function buryClient(kernel: Kernel, server: MemoryServerState, id: number): void {
  releaseControls(kernel, server, id);
  releasePolicy(kernel, server, id);
  const { planted } = server;
  if (planted !== 'window-outlives-holder' && planted !== 'lock-without-end') {
    endLocksOf(kernel, server, id);
    endPageLocksOf(kernel, server, id);
  }
  buryHoldings(kernel, server, id);
  dissolveHandedOn(kernel, server, id);
  forgetCapabilities(kernel.state.capabilities[id] as CapabilityTable);
}

/** Containers for one lock that nobody can lock any more: whoever could is dead [CONT44]. */
function dissolveHandedOn(kernel: Kernel, server: MemoryServerState, id: number): void {
  const { kind } = kernel.state.capabilities[id] as CapabilityTable;
  for (let slot = 0; slot < kind.length; slot++) {
    if (kind[slot] !== WEAK_CONTAINER) continue;
    const container = resolve(kernel, server, id, slot, WEAK_CONTAINER);
    if (container?.once) dissolve(kernel, server, container);
  }
}

/** What it held, if it was a client. */
function buryHoldings(kernel: Kernel, server: MemoryServerState, id: number): void {
  const client = server.clients[id];
  if (client === null || client === undefined || client.status === GONE) return;
  const frames = client.held;
  let locked = breakContainersOf(kernel, server, id);
  endWaiting(server, client);
  setNoticed(server.ledger, client, 0);
  client.expiresAt = Number.POSITIVE_INFINITY;
  client.status = GONE;
  client.wish.asking = false;
  const orphans = endChildrenOf(kernel, server, client);
  const drawnOn = client.child === OWN ? null : leaveChild(server, client);
  client.extra = 0;
  setGuarantee(server.ledger, client, 0);
  locked += buryPages(kernel, server, id);
  const table = kernel.state.capabilities[id] as CapabilityTable;
  for (let slot = 0; slot < table.slots; slot++) {
    if (frameAt(table, slot) < 0) continue;
    if (server.planted === 'keep-dead-frames') continue;
    releaseSlot(kernel, server, client, slot, INHERITED);
  }
  forgetSoft(kernel, server, client);
  reconsider(server, client);
  observe(kernel, client.id, { kind: 'death', frames, locked });
  if (drawnOn !== null) closeUnused(kernel, server, drawnOn);
  recall(kernel, server, orphans);
}
