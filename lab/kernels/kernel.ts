/**
 * Kernel: a streaming machine in WebAssembly, with a memory of its own.
 *
 *   address 0          WINDOW_BYTES                    end of memory
 *   +------------------+-------------------------------+
 *   | window for runs  | state, laid out by start()    |
 *   +------------------+-------------------------------+
 *
 * Runs (sim-hw/references.ts) are copied into the window a chunk at a time, and `advance(count)` executes
 * them. Results are read out of the memory. Nothing is allocated after `start`. Each kernel has a twin in
 * TypeScript, which is its oracle and runs where there is no WebAssembly.
 */

import { moduleOf } from './modules.ts';

/** Of the window: 64 Ki runs, which stay in a second-level cache. As in assembly/memory.ts. */
export const WINDOW_RUNS = 1 << 16;

export type Call = (...numbers: number[]) => number;

export interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** What the module exports besides: `start` if it has state, `look`, `advance`, what gives results. */
  readonly calls: Readonly<Record<string, Call>>;
}

/**
 * A kernel of that name (assembly/NAME.ts), started with these sizes; null where there are no kernels or
 * no memory for its state, of 4 GiB at most: then its twin must run.
 */
export function startKernel(name: string, ...sizes: readonly number[]): Kernel | null {
  return startKernelWith({}, name, ...sizes);
}

/** The same of a kernel that calls back: `twin`, the functions that its entry file declares. */
export function startKernelWith(
  twin: Readonly<Record<string, Call>>,
  name: string,
  ...sizes: readonly number[]
): Kernel | null {
  const module = moduleOf(name);
  return module && start(module, { [name]: twin }, sizes);
}

/** `startKernel` of its module, which another thread may have made. */
export function kernelOf(module: WebAssembly.Module, ...sizes: readonly number[]): Kernel | null {
  return start(module, {}, sizes);
}

function start(
  module: WebAssembly.Module,
  imports: object,
  sizes: readonly number[],
): Kernel | null {
  try {
    const { memory, ...calls } = new WebAssembly.Instance(module, imports).exports;
    const kernel = { memory: memory as WebAssembly.Memory, calls: calls as Record<string, Call> };
    kernel.calls.start?.(...sizes);
    return kernel;
  } catch (error) {
    // What `start` cannot lay out it gives up by a trap; a RangeError: no address space for one memory more.
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Executes runs [from, to). */
export function advanceKernel(
  kernel: Kernel,
  runs: Uint32Array,
  from = 0,
  to: number = runs.length,
): void {
  const advance = callOf(kernel, 'advance');
  const window = windowOf(kernel);
  for (let at = from; at < to; at += WINDOW_RUNS) {
    const end = Math.min(to, at + WINDOW_RUNS);
    window.set(runs.subarray(at, end));
    advance(end - at);
  }
}

/** Its window, until its memory grows. */
export function windowOf({ memory }: Kernel): Uint32Array {
  return new Uint32Array(memory.buffer, 0, WINDOW_RUNS);
}

/** Hands over all runs, the last chunk first: for a kernel that looks at them from the end. */
export function advanceKernelBackward(kernel: Kernel, runs: Uint32Array): void {
  for (let to = runs.length; to > 0; to -= WINDOW_RUNS)
    advanceKernel(kernel, runs, Math.max(0, to - WINDOW_RUNS), to);
}

/** What the kernel's function `name` gives for these numbers. */
export function ask(kernel: Kernel, name: string, ...numbers: readonly number[]): number {
  return callOf(kernel, name)(...numbers);
}

/** A copy of `length` doubles from `address`, which lives on when the kernel is let go. */
export function doublesAt(kernel: Kernel, address: number, length: number): Float64Array {
  return new Float64Array(kernel.memory.buffer, address >>> 0, length).slice();
}

function callOf({ calls }: Kernel, name: string): Call {
  const call = calls[name];
  if (call === undefined) throw new Error(`kernel: no function '${name}' is exported`);
  return call;
}
