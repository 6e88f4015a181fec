/**
 * State table: every state that has been reached, once. Open addressing over a 32-bit hash; a hash
 * that agrees is settled by comparing the bytes, so two states are never taken for one.
 */

export interface StateTable {
  /** The states' bytes, one after the other; `starts[i]` to `starts[i + 1]` are those of state i. */
  bytes: Uint8Array;
  starts: Uint32Array;
  count: number;
  /** Index plus 1 of the state in a place, or 0; a power of two of them. */
  places: Uint32Array;
  hashes: Uint32Array;
}

export function createStateTable(): StateTable {
  return {
    bytes: new Uint8Array(1 << 16),
    starts: new Uint32Array(1 << 10),
    count: 0,
    places: new Uint32Array(1 << 10),
    hashes: new Uint32Array(1 << 10),
  };
}

/** Index of the state `bytes[0..length)`, or -1 when it is not there. */
export function findState(table: StateTable, bytes: Uint8Array, length: number): number {
  return table.places[placeOf(table, bytes, length, hashOf(bytes, length))] - 1;
}

/** Index of the state; it is added, as the last one, when it is new. */
export function addState(table: StateTable, bytes: Uint8Array, length: number): number {
  const hash = hashOf(bytes, length);
  const place = placeOf(table, bytes, length, hash);
  const known = table.places[place] - 1;
  if (known >= 0) return known;
  const index = table.count;
  const from = table.starts[index];
  makeRoom(table, from + length);
  for (let i = 0; i < length; i++) table.bytes[from + i] = bytes[i];
  table.starts[index + 1] = from + length;
  table.hashes[index] = hash;
  table.places[place] = ++table.count;
  if (2 * table.count > table.places.length) rehash(table);
  return index;
}

/** The place of a state, or the free one where it belongs. */
function placeOf(table: StateTable, bytes: Uint8Array, length: number, hash: number): number {
  const { places, hashes, starts } = table;
  const mask = places.length - 1;
  let place = hash & mask;
  for (;;) {
    const index = places[place] - 1;
    if (index < 0) return place;
    const from = starts[index];
    if (hashes[index] === hash && starts[index + 1] - from === length) {
      let i = 0;
      while (i < length && table.bytes[from + i] === bytes[i]) i++;
      if (i === length) return place;
    }
    place = (place + 1) & mask;
  }
}

/** FNV-1a, its bits spread once more for the mask. */
function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function makeRoom(table: StateTable, bytes: number): void {
  if (bytes > table.bytes.length) table.bytes = enlarged(table.bytes, 2 * bytes);
  if (table.count + 2 > table.starts.length) {
    table.starts = enlarged(table.starts, 2 * table.starts.length);
    table.hashes = enlarged(table.hashes, 2 * table.hashes.length);
  }
}

function enlarged<A extends Uint8Array | Uint32Array>(array: A, length: number): A {
  const larger = new (array.constructor as new (length: number) => A)(length);
  larger.set(array);
  return larger;
}

function rehash(table: StateTable): void {
  const places = new Uint32Array(2 * table.places.length);
  const mask = places.length - 1;
  for (let index = 0; index < table.count; index++) {
    let place = table.hashes[index] & mask;
    while (places[place] !== 0) place = (place + 1) & mask;
    places[place] = index + 1;
  }
  table.places = places;
}
