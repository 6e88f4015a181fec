/**
 * Watch: words in shared memory by which the main thread sees whether a policy comes back.
 *
 *   word 0   answers so far (wraps)
 *   word 1   0, or 1 + method + 8 * task while a policy of a user's own is being asked
 */

export type Watch = Int32Array;

export const watchedMethods = [
  'load',
  'create',
  'admitted',
  'removed',
  'referencesSeen',
  'victim',
  'outside',
] as const;
export type WatchedMethod = (typeof watchedMethods)[number];

const ANSWERS = 0;
const ASKED = 1;

export function createWatch(): Watch {
  return new Int32Array(new SharedArrayBuffer(8));
}

export function ask(watch: Watch, task: number, method: number): void {
  Atomics.store(watch, ASKED, 1 + method + 8 * task);
}

export function answered(watch: Watch): void {
  Atomics.store(watch, ASKED, 0);
  Atomics.add(watch, ANSWERS, 1);
}

/** Who is being asked, and how many answers came before; null while nobody is. */
export function askedNow(
  watch: Watch,
): { task: number; method: WatchedMethod; answers: number } | null {
  const word = Atomics.load(watch, ASKED);
  if (word === 0) return null;
  const answers = Atomics.load(watch, ANSWERS);
  return { task: (word - 1) >> 3, method: watchedMethods[(word - 1) & 7], answers };
}

/** Nobody is being asked any more: the job is over, one way or another. */
export function clearWatch(watch: Watch): void {
  Atomics.store(watch, ASKED, 0);
}
