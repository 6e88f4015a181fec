// Fingerprint of sources: changes when any of them does. Every command takes it first, so it imports
// little and reads nothing. A host file.

// By a plain call: an import asks for all that they export, which loads half of Node.
const { readdirSync, statSync } = process.getBuiltinModule('node:fs');
const { join } = process.getBuiltinModule('node:path');

/**
 * Of the sizes and times of these files and of the sources in these folders, of the times of the folders,
 * which change with any name in them, and of Node's version. A hash of two words of 32 bits by hand: the
 * library of hashes takes longer to load than this to run.
 */
export function fingerprint(root, sources) {
  const words = [0x243f6a88, 0x13198a2e];
  for (const letter of process.version) mix(words, letter.charCodeAt(0));
  for (const source of sources) {
    const at = join(root, source);
    const facts = statSync(at);
    if (facts.isDirectory()) mixFolder(words, at, facts);
    else mixFacts(words, facts);
  }
  return words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function mixFolder(words, at, facts) {
  mixFacts(words, facts);
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const path = `${at}/${entry.name}`;
    if (entry.isDirectory()) mixFolder(words, path, statSync(path));
    else if (/\.m?[jt]s$/.test(entry.name)) mixFacts(words, statSync(path));
  }
}

function mixFacts(words, { size, mtimeMs }) {
  mix(words, size);
  mix(words, mtimeMs);
  mix(words, (mtimeMs % 1) * 1e6);
  mix(words, mtimeMs / 4294967296);
}

function mix(words, number) {
  const a = Math.imul(words[0] ^ number, 0x9e3779b1);
  words[0] = a ^ (a >>> 15);
  words[1] = Math.imul(words[1] ^ words[0], 0x85ebca6b) + (words[1] >>> 13);
}
