/**
 * Bodies: contents that are stored once, found by a hash of 64 bits: a table of chains. A body that
 * is unlinked is still there for who has it, and found by nobody.
 */

import type { Contents } from '../../../sim-hw/contents.ts';

const NONE = -1;

export interface Bodies {
  /** By body: ids that have it, or are about to. */
  readonly refs: Int32Array;
  /** By body: its hash. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** By body: 1 while it is being written; the last request that waits for that, plus 1. */
  readonly writing: Uint8Array;
  readonly waiting: Int32Array;
  /** By body: 1 while it can be found, and the next one in its chain. */
  readonly linked: Uint8Array;
  readonly next: Int32Array;
  /** First of each chain. */
  readonly chains: Int32Array;
  readonly free: number[];
  /** The secret of the hash. */
  readonly firstSeed: number;
  readonly secondSeed: number;
}

export function createBodies(count: number, firstSeed: number, secondSeed: number): Bodies {
  let chains = 16;
  while (chains < count) chains *= 2;
  return {
    refs: new Int32Array(count),
    first: new Uint32Array(count),
    second: new Uint32Array(count),
    writing: new Uint8Array(count),
    waiting: new Int32Array(count),
    linked: new Uint8Array(count),
    next: new Int32Array(count).fill(NONE),
    chains: new Int32Array(chains).fill(NONE),
    free: Array.from({ length: count }, (_, at) => count - 1 - at),
    firstSeed,
    secondSeed,
  };
}

/** What `hashContents` found last. */
export const hashed = { first: 0, second: 0 };

/** Hashes bytes where there are some; of stamps alone the hash is the stamp. */
export function hashContents(bodies: Bodies, contents: Contents): void {
  const { bytes } = contents;
  if (bytes.length === 0) {
    hashed.first = contents.low;
    hashed.second = contents.high;
    return;
  }
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let first = bodies.firstSeed | 0;
  let second = bodies.secondSeed | 0;
  for (let at = 0; at < words.length; at += 2) {
    first = Math.imul(rotated(first ^ Math.imul(words[at] as number, 0xcc9e2d51), 13) + second, 5);
    second = Math.imul(
      rotated(second ^ Math.imul(words[at + 1] as number, 0x1b873593), 17) + first,
      9,
    );
  }
  hashed.first = finished(first ^ second);
  hashed.second = finished(second + Math.imul(first, 0x85ebca6b));
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finished(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function chainOf({ chains }: Bodies, first: number, second: number): number {
  return (Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b) >>> 7) & (chains.length - 1);
}

/** The body with this hash that can be found, or -1. */
export function findBody(bodies: Bodies, first: number, second: number): number {
  let body = bodies.chains[chainOf(bodies, first, second)] as number;
  while (body !== NONE && (bodies.first[body] !== first || bodies.second[body] !== second))
    body = bodies.next[body] as number;
  return body;
}

/** A new body that is being written, with one reference; or -1. */
export function takeBody(bodies: Bodies, first: number, second: number): number {
  const body = bodies.free.pop();
  if (body === undefined) return NONE;
  const chain = chainOf(bodies, first, second);
  bodies.refs[body] = 1;
  bodies.first[body] = first;
  bodies.second[body] = second;
  bodies.writing[body] = 1;
  bodies.linked[body] = 1;
  bodies.next[body] = bodies.chains[chain] as number;
  bodies.chains[chain] = body;
  return body;
}

export function freeBody(bodies: Bodies, body: number): void {
  bodies.free.push(body);
}

/** Nobody finds it any more. */
export function unlinkBody(bodies: Bodies, body: number): void {
  if (bodies.linked[body] === 0) return;
  bodies.linked[body] = 0;
  const { chains, next } = bodies;
  const chain = chainOf(bodies, bodies.first[body] as number, bodies.second[body] as number);
  if (chains[chain] === body) {
    chains[chain] = next[body] as number;
    return;
  }
  let before = chains[chain] as number;
  while (next[before] !== body) before = next[before] as number;
  next[before] = next[body] as number;
}
