/** UVM's maps: what others may use of them. */

export { checkUvm } from './check.ts';
export { fault, readPage, writePage } from './fault.ts';
export { exit, fork, passEntries } from './fork.ts';
export { removeMapping } from './frames.ts';
export { givePages, loanToKernel, returnLoan, takePages } from './loan.ts';
export { inheritPages, mapAnonymous, mapObject, protectPages, unmapRange } from './map.ts';
export { pageOut } from './pageout.ts';
export {
  addObject,
  addSpace,
  createUvm,
  type Inherit,
  type Refusal,
  type UvmState,
} from './state.ts';
