/**
 * State is plain data: numbers, booleans, strings, null, arrays, typed arrays and plain objects.
 * That is what lets a run be cloned in the middle, hashed, compared and replayed.
 */

type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int32Array | Float64Array;

/** A deep copy that shares nothing with `state`. */
export function cloneState<S>(state: S): S {
  return structuredClone(state);
}

/** Makes `target` equal to `source`, reusing target's arrays where the sizes agree. */
export function copyInto<S extends object>(target: S, source: S): void {
  const to = target as Record<string, unknown>;
  const from = source as Record<string, unknown>;
  for (const key of Object.keys(to)) if (!(key in from)) delete to[key];
  for (const key of Object.keys(from)) {
    const value = from[key];
    const old = to[key];
    if (ArrayBuffer.isView(value)) {
      const array = value as TypedArray;
      const place = old as TypedArray | undefined;
      if (place?.length === array.length && place.constructor === array.constructor)
        place.set(array);
      else to[key] = structuredClone(array);
    } else if (value !== null && typeof value === 'object') {
      const isPlain = old !== null && typeof old === 'object' && !ArrayBuffer.isView(old);
      if (isPlain && Array.isArray(old) === Array.isArray(value)) {
        if (Array.isArray(value)) (old as unknown[]).length = value.length;
        copyInto(old as object, value as object);
      } else to[key] = structuredClone(value);
    } else to[key] = value;
  }
}

/** 64 bits of FNV-1a over the state in key order, as 16 hex digits. Equal states hash alike. */
export function hashState(state: unknown): string {
  const hash: Hash = { low: 0x811c9dc5, high: 0xcbf29ce4 };
  hashValue(hash, state);
  return hex(hash.high) + hex(hash.low);
}

interface Hash {
  low: number;
  high: number;
}

const scratch = new DataView(new ArrayBuffer(8));

function hashValue(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    const array = value as TypedArray;
    mix(hash, array.length);
    for (let i = 0; i < array.length; i++) hashNumber(hash, array[i] as number);
  } else if (Array.isArray(value)) {
    mix(hash, value.length);
    for (const item of value) hashValue(hash, item);
  } else if (value !== null && typeof value === 'object') {
    for (const key of Object.keys(value).sort()) {
      hashText(hash, key);
      hashValue(hash, (value as Record<string, unknown>)[key]);
    }
  } else if (typeof value === 'number') hashNumber(hash, value);
  else hashText(hash, String(value));
}

function hashNumber(hash: Hash, value: number): void {
  if (value >>> 0 === value) mix(hash, value);
  else {
    scratch.setFloat64(0, value);
    mix(hash, scratch.getUint32(0));
    mix(hash, scratch.getUint32(4));
  }
}

function hashText(hash: Hash, text: string): void {
  for (let i = 0; i < text.length; i++) mix(hash, text.charCodeAt(i));
  mix(hash, 0xff);
}

function mix(hash: Hash, word: number): void {
  hash.low = Math.imul(hash.low ^ word, 0x01000193) >>> 0;
  hash.high = Math.imul(hash.high ^ (word >>> 3) ^ hash.low, 0x01000193) >>> 0;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
