/** Mach's virtual memory: what others may use of it. */

export { lookAt, readMemory, writeMemory } from './access.ts';
export { checkVm } from './check.ts';
export { entryNsOf, type WorkNs, workSince } from './costs.ts';
export { vmMap } from './file-mapping.ts';
export { type Region, type Statistics, vmRegion, vmStatistics } from './inquiries.ts';
export { ALL, EXECUTE, type Inheritance, mapAt, READ, WRITE } from './maps.ts';
export { receiveMemory, replaceMemory, sizeUnderWay, takeMemory } from './message-memory.ts';
export { chainDepth, objectAt, residentPagesOf } from './objects.ts';
export * from './operations.ts';
export { pageOut, thresholds } from './pageout.ts';
export { blocksInUse, type CopyStrategy, pagerOf } from './pager-store.ts';
export { createFile, endFile, syncFile } from './pagers.ts';
export { dropMapping } from './pmap.ts';
export { NONE, placesOf } from './pool.ts';
export {
  type Collapsing,
  createVm,
  type Vm,
  type VmCounts,
  type VmOptions,
  type VmParameters,
  type VmRefusal,
  type VmState,
} from './state.ts';
export { clearTask, createTask, endTask, forkTask, mapOf, vforkTask } from './tasks.ts';
export { copyIn, copyOut, discardCopy } from './transfers.ts';
export { unwiredWithin, wiredBytes } from './wiring.ts';
