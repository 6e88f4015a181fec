/**
 * Death of a client: everything it had is free at once [MEM6]. Its containers die, locks on them
 * break (a transfer in flight moves nothing more, [CONT6]), its guarantee goes, its frames go back.
 */

import { type CapabilityTable, frameAt } from '../../nucleus/capabilities.ts';
import { INHERITED, type Kernel } from '../../nucleus/kernel.ts';
import { observe } from './answers.ts';
import { breakContainersOf } from './containers.ts';
import { releaseSlot } from './custody.ts';
import { setGuarantee } from './ledger.ts';
import { buryPages } from './page-losses.ts';
import { GONE, type MemoryServerState } from './state.ts';

export function buryClient(kernel: Kernel, server: MemoryServerState, id: number): void {
  const client = server.clients[id];
  if (client === null || client === undefined || client.status === GONE) return;
  const frames = client.held;
  let locked = breakContainersOf(kernel, server, id);
  const place = server.waiting.indexOf(id);
  if (place >= 0) server.waiting.splice(place, 1);
  client.waitingOrder = -1;
  client.noticed = 0;
  client.noticeSerial++;
  client.contractSerial++;
  client.status = GONE;
  client.extra = 0;
  setGuarantee(server.ledger, client, 0);
  locked += buryPages(kernel, server, id);
  const table = kernel.state.capabilities[id] as CapabilityTable;
  for (let slot = 0; slot < table.slots; slot++) {
    if (frameAt(table, slot) < 0) continue;
    if (server.planted === 'keep-dead-frames') continue;
    releaseSlot(kernel, server, client, slot, INHERITED);
  }
  observe(kernel, client.id, { kind: 'death', frames, locked });
}
