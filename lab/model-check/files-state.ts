/**
 * Canonical state of a file server that files are read from: its requests, and who has a file open.
 * Nothing else of it changes: no file is written, nothing cached, no commit under way.
 *
 * Of versions of containers only it is kept which are the same: of the container now, of the request
 * that noted one, of the answer that is under way to it. Noted and not now's is -1, neither -2.
 */

import { holdsKind, WEAK_PAGES } from '../../nucleus/capabilities.ts';
import { listSerial } from '../../nucleus/dma-lists.ts';
import { FREE, LOCKING, MOVING, type Request } from '../../servers/file/requests.ts';
import type { FileServerState } from '../../servers/file/state.ts';
import { planRead } from '../../servers/file/system/index.ts';
import type { PageContainer } from '../../servers/memory/containers/page-state.ts';
import { cell, cellIf, type Tape } from './tape.ts';
import { SWAP, type World } from './world.ts';

const NOTED = -1;
const NEITHER = -2;

export function visitFiles(tape: Tape, world: World, server: FileServerState): void {
  const { requests, handles } = server;
  visitList(tape, requests.free);
  visitList(tape, handles.free);
  if (!tape.saves) {
    requests.underWay.fill(0);
    handles.open.fill(0);
  }
  for (const handle of handles.table) {
    handle.client = cell(tape, handle.client);
    if (!tape.saves && handle.client > 0) handles.open[handle.client] = 1;
  }
  if (!tape.saves) forgetReads(server);
  for (const request of requests.table) visitRequest(tape, world, server, request);
}

function visitRequest(tape: Tape, world: World, server: FileServerState, request: Request): void {
  request.phase = cell(tape, request.phase);
  request.capability = cell(tape, request.capability);
  request.previous = cell(tape, request.previous);
  if (request.phase === FREE) return;
  const { underWay } = server.requests;
  request.client = cell(tape, request.client);
  if (!tape.saves) underWay[request.client] = (underWay[request.client] ?? 0) + 1;
  request.tag = cell(tape, request.tag);
  request.handle = cell(tape, request.handle);
  request.page = cell(tape, request.page);
  const container = containerOf(world, request);
  const isNow = request.version === container?.version ? 1 : 0;
  const version = cellIf(tape, request.phase === LOCKING, isNow);
  if (!tape.saves) request.version = version === 1 ? 0 : NOTED;
  if (isPlanned(request) && !tape.saves) planAgain(world, server, request);
  if (request.phase !== MOVING) return;
  request.window = cell(tape, request.window);
  const isCurrent = request.serial === listSerial(world.kernel, request.window) ? 1 : 0;
  const serial = cell(tape, isCurrent);
  if (!tape.saves) request.serial = serial;
}

/** The version that an answer to request `number` tells. */
export function versionCode(world: World, number: number, version: number): number {
  const request = world.files?.requests.table[number];
  if (request === undefined) return 0;
  if (version === containerOf(world, request)?.version) return 0;
  return request.phase === LOCKING && version === request.version ? NOTED : NEITHER;
}

/** Whether the request holds the blocks that it is to read. */
export function isPlanned({ phase }: Request): boolean {
  return phase >= LOCKING;
}

/** Nobody reads: each block of a file is its file's alone. */
function forgetReads({ system, requests }: FileServerState): void {
  const { references } = system.space;
  system.space.released.length = 0;
  for (let block = 0; block < references.length; block++)
    references[block] = Math.min(1, references[block]);
  for (const { plan } of requests.table) plan.runs.length = 0;
}

function planAgain(world: World, { system, handles }: FileServerState, request: Request): void {
  const pages = Math.max(...world.plan.clients.map(({ places }) => places));
  planRead(system, handles.table[request.handle].inode, request.page, pages, request.plan);
}

/** The container that the request is for, while it is named by what came along. */
function containerOf(
  { kernel, memory }: World,
  { capability }: Request,
): PageContainer | undefined {
  const table = kernel.state.capabilities[SWAP];
  if (capability < 0 || !holdsKind(table, capability, WEAK_PAGES)) return undefined;
  const container = memory.pages.containers[table.object[capability]];
  return container?.generation === table.generation[capability] ? container : undefined;
}

function visitList(tape: Tape, list: number[]): void {
  const length = cell(tape, list.length);
  list.length = length;
  for (let at = 0; at < length; at++) list[at] = cell(tape, list[at] ?? 0);
}
