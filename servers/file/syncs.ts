/**
 * Syncs: commits of the file system, on the disk. Whoever asks for a sync is answered when a commit
 * that began after its changes is over; one commit serves all who wait. Commits also begin unasked,
 * when half of the room for records is used or a refusal says that one would help.
 *
 *   beginCommit -> flush -> outputs to the device ... -> written -> flush -> endCommit -> answers
 */

import { DEVICE_FAILED, DONE } from '../../contracts/refusals.ts';
import { workFor } from '../../nucleus/donated-time.ts';
import type { Kernel } from '../../nucleus/kernel.ts';
import type { DeviceModel } from '../../sim-hw/devices/device.ts';
import { answer } from './answers.ts';
import { flush } from './buffers/write-behind.ts';
import { addBlock, flushDrive, putBlock, submitRuns } from './drive.ts';
import { SYNCING } from './requests.ts';
import type { FileServerState } from './state.ts';
import { beginCommit, endCommit, isCommitting } from './system/index.ts';

/** Word of the device event that ends a commit; requests have theirs from 0 on. */
export const COMMIT_WORD = -1;

/** The request waits until all changes up to now are durable. */
export function sync(
  kernel: Kernel,
  server: FileServerState,
  model: DeviceModel,
  number: number,
): void {
  const request = server.requests.table[number];
  request.phase = SYNCING;
  request.changes = server.system.journal.changes;
  server.syncs.push(number);
  commit(kernel, server, model);
}

/** Begins a commit if there is something to bring to the disk, and none is under way. */
export function commit(kernel: Kernel, server: FileServerState, model: DeviceModel): void {
  const { system, drive, syncs, requests, id } = server;
  if (isCommitting(system)) return;
  // No record goes to the disk before what it names [FILE16].
  server.draining = flush(kernel, server, model) && !system.broken;
  if (server.draining) return;
  if (!beginCommit(system)) return answerSyncs(kernel, server);
  flushDrive(drive);
  const runs: number[] = [];
  for (const { block } of system.outputs) addBlock(runs, block);
  // Whoever has waited for longest pays; if nobody waits, whose request has filled the journal.
  if (syncs.length > 0) workFor(kernel, id, requests.table[syncs[0]].client);
  submitRuns(kernel, model, drive, runs, true, id, COMMIT_WORD);
}

/** Begins one unasked, when many records wait. */
export function commitIfMany(kernel: Kernel, server: FileServerState, model: DeviceModel): void {
  const { words, records } = server.system.journal;
  if (words > records.length / 2) commit(kernel, server, model);
}

/** The device is done with a commit's blocks. */
export function commitEnds(kernel: Kernel, server: FileServerState, model: DeviceModel): void {
  const { system, drive } = server;
  let done = true;
  for (const { block, bytes } of system.outputs)
    done = putBlock(drive, block, { low: 0, high: 0, bytes }) && done;
  flushDrive(drive);
  endCommit(system, done);
  answerSyncs(kernel, server);
  if (server.syncs.length > 0) commit(kernel, server, model);
}

function answerSyncs(kernel: Kernel, server: FileServerState): void {
  const { system, syncs, requests } = server;
  const waiting = syncs.splice(0);
  for (const number of waiting) {
    const request = requests.table[number];
    if (system.broken) answer(kernel, server, number, request, DEVICE_FAILED, 0);
    else if (request.changes <= system.journal.committed)
      answer(kernel, server, number, request, DONE, 0);
    else syncs.push(number);
  }
}
