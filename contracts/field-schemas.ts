/** Field schemas: the bounded integers that messages are made of. */

import { z } from 'zod';

export const flag = z.int().min(0).max(1);
export const count = z
  .int()
  .min(0)
  .max(2 ** 24);
export const slot = z
  .int()
  .min(0)
  .max(2 ** 24 - 1);
/** A server of ten thousand clients holds something of each of them. */
export const CAPABILITY_MAX = 2 ** 16 - 1;
export const capability = z.int().min(0).max(CAPABILITY_MAX);
/** A control capability, or the sender's own contract. */
export const OWN_CONTRACT = -1;
export const ownOrControl = z.int().min(OWN_CONTRACT).max(CAPABILITY_MAX);
export const tag = z
  .int()
  .min(0)
  .max(2 ** 24);
export const order = z.int().min(0).max(10);
/** A duration or a moment on the clock of terms; no other field reaches this far. */
export const TIME_MAX = Number.MAX_SAFE_INTEGER;
export const time = z.int().min(0).max(TIME_MAX);
export const refusal = z.int().min(0).max(63);
export const block = z
  .int()
  .min(0)
  .max(2 ** 24 - 1);

/** A page of a container, and how many. */
export const index = z.int().min(0).max(1023);
export const length = z.int().min(1).max(1024);
