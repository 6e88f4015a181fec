/**
 * Memory of a kernel: the window for runs at address 0 (lab/kernels/kernel.ts), room for state above.
 * Nothing is given back; a kernel lays out all that it needs when it starts.
 */

/** Where the runs of an `advance` stand. */
export const WINDOW: usize = 0;

const PAGE_BITS: usize = 16;
const LINE: usize = 64;

/** What is above the window: `--memoryBase` of make-kernel.mjs, and constants of the module. */
let top: usize = __heap_base;

/** Zeroed room for so many bytes, at the start of a cache line. Traps where memory ends. */
export function room(bytes: usize): usize {
  const start = (top + LINE - 1) & ~(LINE - 1);
  const end = <u64>start + <u64>bytes;
  if (end > 0xffffffff) unreachable();
  top = <usize>end;
  const pages = <i32>((end + (1 << PAGE_BITS) - 1) >> PAGE_BITS);
  const missing = pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return start;
}

/** Room for more bytes than there were, with what stood there; those after it are `filled` with. */
export function moreRoom(from: usize, bytes: usize, more: usize, filled: u8): usize {
  const start = room(more);
  memory.copy(start, from, bytes);
  memory.fill(start + bytes, filled, more - bytes);
  return start;
}
