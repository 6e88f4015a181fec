/**
 * Encrypting: what goes below can be read with the key of its task alone. Bytes go through ChaCha20
 * (RFC 8439, by @noble/ciphers); a stamp is permuted by four rounds of a Feistel network under the same
 * key, so that a wrong key shows where there are no bytes as well. A nonce is used once: it is the
 * number of the writing.
 *
 * Each task has a key of its own, drawn at its first store. When it dies the key is overwritten: what
 * it left below is noise to everybody. What comes for nobody in particular (client 0: bodies that
 * several tasks share) is under a key of the stack's own. Stamp, and checksum of the bytes, of what was encrypted are
 * kept in memory: what does not come out as it went in is LOST_PAGE. Left out: hiding which ids are
 * written, and when.
 */

import { chacha20 } from '@noble/ciphers/chacha.js';
import { DONE, LOST_PAGE } from '../../../contracts/refusals.ts';
import { type Contents, checksum } from '../../../sim-hw/contents.ts';
import { createRandom, nextUint32, type RandomState } from '../../../sim-hw/random.ts';
import { type Layer, NOTHING } from '../stack/layer.ts';
import { FETCH, NONE, STORE } from '../stack/requests.ts';
import {
  beginChild,
  belowOf,
  contentsOf,
  finish,
  recordOf,
  type Stack,
  startChild,
  stateOf,
  takeChild,
} from '../stack/stack.ts';
import { isFilled } from './below.ts';

const KEY_WORDS = 8;
const NO_OWNER = -1;
const ROUNDS = 4;

const keyBytes = new Uint8Array(KEY_WORDS * 4);
const nonceBytes = new Uint8Array(12);

export interface EncryptingState {
  readonly random: RandomState;
  /** By client: its key, or null before its first store and after its death. */
  readonly keys: (Uint32Array | null)[];
  /** By id: whose key, and number of the writing; stamp and checksum of what was encrypted. */
  readonly owner: Int32Array;
  readonly nonce: Uint32Array;
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly sum: Uint32Array;
  writings: number;
  readonly counts: {
    encrypted: number;
    decrypted: number;
    keys: number;
    keysGone: number;
    lost: number;
  };
}

export function createEncrypting(ids: number, seed: number): EncryptingState {
  return {
    random: createRandom(seed),
    keys: [],
    owner: new Int32Array(ids).fill(NO_OWNER),
    nonce: new Uint32Array(ids),
    low: new Uint32Array(ids),
    high: new Uint32Array(ids),
    sum: new Uint32Array(ids),
    writings: 0,
    counts: { encrypted: 0, decrypted: 0, keys: 0, keysGone: 0, lost: 0 },
  };
}

export const encryptingLayer: Layer = {
  name: 'encrypting',
  begin(stack, node, number) {
    const state = stateOf<EncryptingState>(stack, node);
    const { kind, id, client } = recordOf(stack, number);
    if (kind === STORE) return store(stack, node, state, number);
    if (kind === FETCH && state.owner[id] === NO_OWNER) return finish(stack, number, NOTHING);
    beginChild(stack, belowOf(stack, node), kind, id, client, number, NONE);
  },
  ended(stack, node, number, child) {
    const state = stateOf<EncryptingState>(stack, node);
    const { kind, id } = recordOf(stack, number);
    const { reason } = recordOf(stack, child);
    if (kind === FETCH) return fetched(stack, state, number, child, reason);
    if (kind === STORE && reason === DONE) written(stack, state, number);
    else if (id >= 0 && kind !== STORE) state.owner[id] = NO_OWNER;
    finish(stack, number, reason);
  },
  woken() {},
  died(stack, node, client) {
    const state = stateOf<EncryptingState>(stack, node);
    const key = state.keys[client];
    if (!key) return;
    key.fill(0);
    state.keys[client] = null;
    state.counts.keysGone++;
  },
  stat(stack, node) {
    return { name: 'encrypting', counts: { ...stateOf<EncryptingState>(stack, node).counts } };
  },
};

function store(stack: Stack, node: number, state: EncryptingState, number: number): void {
  if (!isFilled(stack, number)) return;
  const request = recordOf(stack, number);
  const { id, client } = request;
  const key = keyOf(state, client);
  request.a = ++state.writings;
  state.counts.encrypted++;
  stack.port.charge(stack.state.work.cipherNs);
  const child = takeChild(stack, belowOf(stack, node), STORE, id, client, number, NONE);
  const plain = contentsOf(stack, number);
  const cipher = contentsOf(stack, child);
  cipher.low = plain.low;
  cipher.high = plain.high;
  permute(cipher, key, request.a);
  if (plain.bytes.length > 0) crypt(key, request.a, plain.bytes, cipher.bytes);
  startChild(stack, child);
}

/** What was there before can be read no more from here on. */
function written(stack: Stack, state: EncryptingState, number: number): void {
  const { id, client, a } = recordOf(stack, number);
  const { low, high, bytes } = contentsOf(stack, number);
  state.owner[id] = client;
  state.nonce[id] = a;
  state.low[id] = low;
  state.high[id] = high;
  state.sum[id] = checksum(bytes, 0, bytes.length);
}

function fetched(
  stack: Stack,
  state: EncryptingState,
  number: number,
  child: number,
  reason: number,
): void {
  if (reason !== DONE) return finish(stack, number, reason === NOTHING ? LOST_PAGE : reason);
  const { id } = recordOf(stack, number);
  const key = state.keys[state.owner[id] as number];
  const plain = contentsOf(stack, number);
  const cipher = contentsOf(stack, child);
  let isSame = false;
  if (key) {
    const nonce = state.nonce[id] as number;
    state.counts.decrypted++;
    stack.port.charge(stack.state.work.cipherNs);
    plain.low = cipher.low;
    plain.high = cipher.high;
    restore(plain, key, nonce);
    if (cipher.bytes.length > 0) crypt(key, nonce, cipher.bytes, plain.bytes);
    isSame = plain.low === state.low[id] && plain.high === state.high[id];
    isSame &&= checksum(plain.bytes, 0, plain.bytes.length) === state.sum[id];
  }
  if (!isSame) state.counts.lost++;
  finish(stack, number, isSame ? DONE : LOST_PAGE);
}

function keyOf(state: EncryptingState, client: number): Uint32Array {
  while (state.keys.length <= client) state.keys.push(null);
  const known = state.keys[client];
  if (known) return known;
  const key = new Uint32Array(KEY_WORDS);
  for (let i = 0; i < KEY_WORDS; i++) key[i] = nextUint32(state.random);
  state.keys[client] = key;
  state.counts.keys++;
  return key;
}

function crypt(key: Uint32Array, nonce: number, from: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < KEY_WORDS; i++) putWord(keyBytes, i * 4, key[i] as number);
  putWord(nonceBytes, 0, nonce);
  chacha20(keyBytes, nonceBytes, from, into);
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

/** Four rounds of a Feistel network over the stamp: the halves in turn, under words of the key. */
function permute(stamp: Contents, key: Uint32Array, nonce: number): void {
  for (let round = 0; round < ROUNDS; round += 2) {
    stamp.low = (stamp.low ^ mixed(stamp.high, key, round, nonce)) >>> 0;
    stamp.high = (stamp.high ^ mixed(stamp.low, key, round + 1, nonce)) >>> 0;
  }
}

function restore(stamp: Contents, key: Uint32Array, nonce: number): void {
  for (let round = ROUNDS - 2; round >= 0; round -= 2) {
    stamp.high = (stamp.high ^ mixed(stamp.low, key, round + 1, nonce)) >>> 0;
    stamp.low = (stamp.low ^ mixed(stamp.high, key, round, nonce)) >>> 0;
  }
}

function mixed(word: number, key: Uint32Array, round: number, nonce: number): number {
  let hash = Math.imul(word ^ (key[round] as number), 0x85ebca6b) + nonce;
  hash = Math.imul(hash ^ (hash >>> 13) ^ (key[round + ROUNDS] as number), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
