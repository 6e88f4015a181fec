/**
 * Revocation: calling frames back.
 *
 *   idle --notice(count, deadline)--> notified --all returned--> met
 *                                        |--deadline--> missed --> penalty
 *   A notice goes with zero time-out: a memory-control thread that is not waiting for it is taken
 *   to misbehave, and the deadline is now [REV4].
 *
 * Penalty none: the miss is counted and the client asked no more until it returns something.
 * Repossess: the outstanding frames are taken, the server's choice, and each loss is told. Kill:
 * the client is killed and death frees everything.
 *
 * Victim: the client with the largest excess over its guarantee; the lowest id on a tie.
 */

import { CAUSE_EXPIRY, CAUSE_EXTRA, CAUSES, OP } from '../../contracts/messages.ts';
import { type CapabilityTable, frameAt, IN_CONTAINER } from '../../nucleus/capabilities.ts';
import { termNow, timerAt } from '../../nucleus/clock.ts';
import { reply, sendNow } from '../../nucleus/ipc.ts';
import { type Kernel, TAKEN } from '../../nucleus/kernel.ts';
import { killTask } from '../../nucleus/life.ts';
import { dropMappingOfFrame, wasModified } from '../../nucleus/memory-map.ts';
import type { TaskState } from '../../nucleus/tasks.ts';
import { observe } from './answers.ts';
import { breakContainersOf } from './containers.ts';
import { releaseSlot } from './custody.ts';
import { buryClient } from './death.ts';
import { freeCount, revocable } from './ledger.ts';
import { takePages } from './page-losses.ts';
import { type Client, clientOf, EXPIRED, GONE, type MemoryServerState } from './state.ts';
import { isCurrent, TIMER_NOTICE, timerWord } from './timers.ts';

export { returned } from './returns.ts';

/**
 * Calls back what waiting requests still lack. 'nobody': there is nobody left to ask and no notice
 * runs; 'again': a penalty has freed frames at once.
 */
export function pursue(kernel: Kernel, server: MemoryServerState): 'enough' | 'again' | 'nobody' {
  const missing = missingFrames(server);
  if (missing <= 0) return 'enough';
  const victim = chooseVictim(server);
  if (victim === null) return noticesOutstanding(server) ? 'enough' : 'nobody';
  const count = Math.min(missing, revocable(victim));
  notify(kernel, server, victim, count, victim.status === EXPIRED ? CAUSE_EXPIRY : CAUSE_EXTRA);
  return 'again';
}

/** Sends a notice, or adds to the one that runs; its deadline stays. */
export function notify(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  count: number,
  cause: number,
): void {
  if (client.noticed === 0) {
    client.noticeDeadline = termNow(kernel) + server.terms.graceExtra;
    client.noticeSerial++;
    if (server.planted !== 'forget-deadline')
      timerAt(
        kernel,
        client.noticeDeadline,
        server.id,
        timerWord(TIMER_NOTICE, client.id, client.noticeSerial),
      );
  }
  client.noticed += count;
  observe(kernel, client.id, {
    kind: 'notice',
    frames: count,
    deadline: client.noticeDeadline,
    cause: CAUSES[cause] as string,
  });
  const { noticeDeadline: deadline } = client;
  if (!sendNow(kernel, server.id, client.id, OP.notice, count, cause, deadline))
    deadlineMissed(kernel, server, client, false);
}

export function noticeTimer(
  kernel: Kernel,
  server: MemoryServerState,
  id: number,
  serial: number,
): void {
  const client = clientOf(server, id);
  if (client.noticed > 0 && isCurrent(client.noticeSerial, serial))
    deadlineMissed(kernel, server, client, true);
}

function deadlineMissed(
  kernel: Kernel,
  server: MemoryServerState,
  client: Client,
  heard: boolean,
): void {
  const outstanding = client.noticed;
  client.noticed = 0;
  client.noticeSerial++;
  const { penalty } = server.terms;
  (kernel.state.tasks[client.id] as TaskState).revocationsMissed++;
  observe(kernel, client.id, { kind: 'missed', outstanding, heard });
  observe(kernel, client.id, { kind: 'penalty', penalty, frames: outstanding });
  if (penalty === 'none') client.inDefault = true;
  else if (penalty === 'repossess') {
    // A guarantee that has grown since the notice stands [CON3].
    const excess = Math.max(0, client.held - client.guaranteed);
    repossess(kernel, server, client, Math.min(outstanding, excess));
  } else if (client.status !== GONE) {
    killTask(kernel, client.id);
    buryClient(kernel, server, client.id);
  }
}

/** Takes `count` frames: runs outside containers from the highest slot down, then the rest. */
function repossess(kernel: Kernel, server: MemoryServerState, client: Client, count: number): void {
  const table = kernel.state.capabilities[client.id] as CapabilityTable;
  let left = count;
  for (const breaking of [false, true]) {
    if (left > 0 && breaking) left = takePages(kernel, server, client, left, true);
    if (left > 0 && breaking) breakContainersOf(kernel, server, client.id);
    for (let slot = table.slots - 1; slot >= 0 && left > 0; slot--) {
      if (frameAt(table, slot) < 0) continue;
      if (((table.slotOrder[slot] as number) & IN_CONTAINER) !== 0) continue;
      const frame = frameAt(table, slot);
      const entry = server.planted === 'grant-mapped-frame' ? 0 : dropMappingOfFrame(kernel, frame);
      const modified = wasModified(entry) ? 1 : 0;
      left -= releaseSlot(kernel, server, client, slot, TAKEN);
      reply(kernel, server.id, client.id, OP.loss, slot, Math.max(0, left), modified, 0, 0);
    }
  }
  if (left > 0) takePages(kernel, server, client, left, false);
}

function chooseVictim(server: MemoryServerState): Client | null {
  let victim: Client | null = null;
  let most = 0;
  for (const client of server.clients) {
    if (client === null || client.inDefault || client.waitingOrder >= 0) continue;
    const excess = revocable(client);
    if (excess <= most) continue;
    victim = client;
    most = excess;
  }
  return victim;
}

/** Frames that waiting requests need beyond what is free or asked back already. */
function missingFrames(server: MemoryServerState): number {
  let missing = -freeCount(server.ledger);
  for (const id of server.waiting) missing += 1 << clientOf(server, id).waitingOrder;
  for (const client of server.clients) if (client !== null) missing -= client.noticed;
  return missing;
}

function noticesOutstanding(server: MemoryServerState): boolean {
  return server.clients.some((client) => client !== null && client.noticed > 0);
}
