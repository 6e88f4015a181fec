/** Shared programs: references in shared memory, so that workers read one copy. A host file. */

import type { ReferenceString } from '../../sim-hw/references.ts';

/** The same references with their arrays in shared memory; copies only what is not there yet. */
export function shared({ references, runs, pageNumbers, stops }: ReferenceString): ReferenceString {
  const inShared = { references, runs: sharedWords(runs), pageNumbers: sharedNumbers(pageNumbers) };
  if (stops === undefined) return inShared;
  const { at, restNs, workNs, says } = stops;
  return {
    ...inShared,
    stops: {
      at: sharedWords(at),
      restNs: sharedNumbers(restNs),
      workNs: sharedNumbers(workNs),
      ...(says !== undefined && { says }),
    },
  };
}

function sharedWords(words: Uint32Array): Uint32Array {
  if (words.buffer instanceof SharedArrayBuffer) return words;
  const copy = new Uint32Array(new SharedArrayBuffer(words.byteLength));
  copy.set(words);
  return copy;
}

function sharedNumbers(numbers: Float64Array): Float64Array {
  if (numbers.buffer instanceof SharedArrayBuffer) return numbers;
  const copy = new Float64Array(new SharedArrayBuffer(numbers.byteLength));
  copy.set(numbers);
  return copy;
}
