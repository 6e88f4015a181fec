import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readTrace } from '../../../lab/traces/index.ts';
import { gzipChunks, xzChunks, zstdChunks } from '../../../lab/traces/packed-chunks.ts';
import {
  lackeyTextOf,
  put,
  type Reference,
  referencesIn,
  refusal,
  scratch,
} from './traces-support.ts';

const at = scratch();
const references: Reference[] = Array.from({ length: 3000 }, (_, i) => [i % 37, i % 3]);
const text = lackeyTextOf(references);
const half = text.indexOf('\n', text.length / 2) + 1;
const parts = [text.slice(0, half), text.slice(half)];
/** Bytes that do not pack. */
const random = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(12 << 20),
);

describe('packed traces', () => {
  test.each([
    ['gz', gzipSync(text)],
    ['gz of two members', Buffer.concat(parts.map((part) => gzipSync(part)))],
    ['zst of two frames', Buffer.concat(parts.map((part) => zstdCompressSync(part)))],
  ])('%s is unpacked, whatever its name', async (name, bytes) => {
    expect(referencesIn(await readTrace(await put(at(name), bytes)))).toEqual(references);
  });

  test('gz that is cut short or damaged is refused', async () => {
    const whole = gzipSync(text);
    for (let length = 10; length < whole.length; length += 97) {
      const file = await put(at('short.gz'), whole.subarray(0, length));
      expect(await refusal(readTrace(file))).toContain('does not decompress');
    }
  });

  test('other packings are refused with what to do', async () => {
    for (const [name, ...magic] of [
      ['bzip2', 0x42, 0x5a, 0x68, 0x39],
      ['zip', 0x50, 0x4b, 3, 4],
      ['7z', 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
    ] as const) {
      const words = await refusal(readTrace(await put(at(name), Uint8Array.from(magic))));
      expect(words).toContain(`is packed with ${name}, expected a plain file, .zst, .gz or .xz`);
    }
  });

  const xz = hasXz();
  test.skipIf(!xz)('xz is unpacked by the command; damage is refused', async () => {
    const packed = execFileSync('xz', ['--stdout'], { input: text });
    expect(referencesIn(await readTrace(await put(at('xz'), packed)))).toEqual(references);
    const few = await readTrace(at('xz'), { limit: 5 });
    expect(few.references).toBe(5);
    const told: number[][] = [];
    await readTrace(at('xz'), { progress: (bytes, of) => told.push([bytes, of]) });
    expect(told.at(-1)).toEqual([packed.length, packed.length]);
    const short = await put(at('short.xz'), packed.subarray(0, packed.length / 2));
    expect(await refusal(readTrace(short))).toContain('does not decompress');
  });

  test('without the command xz is refused with what to do', async () => {
    const head = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0);
    vi.stubEnv('PATH', at('nowhere'));
    try {
      const words = await refusal(readTrace(await put(at('xz'), head)));
      expect(words).toContain('is packed with xz, expected the command xz on the PATH');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each([
    ['zstd', zstdChunks, zstdCompressSync],
    ['gzip', gzipChunks, gzipSync],
    ...(xz ? [['xz', xzChunks, packXz] as const] : []),
  ] as const)('a %s file of many pieces gives all its bytes', async (_name, chunks, pack) => {
    const packed = pack(random);
    expect(packed.length).toBeGreaterThan(random.length * 0.99);
    const hash = createHash('sha256');
    for await (const chunk of chunks('f', fileOf(packed), { bytes: 0 })) hash.update(chunk);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(random).digest('hex'));
  });

  test('of many short frames of zstd no more is read than some times the file', async () => {
    const text = random.subarray(0, 600 * 5000);
    const frames = Array.from({ length: 600 }, (_, i) =>
      zstdCompressSync(text.subarray(i * 5000, i * 5000 + 5000)),
    );
    const packed = Buffer.concat(frames);
    const told = { bytes: 0 };
    const hash = createHash('sha256');
    const file = fileOf(packed, Number.POSITIVE_INFINITY, told);
    for await (const chunk of zstdChunks('f', file, { bytes: 0 })) hash.update(chunk);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(text).digest('hex'));
    expect(told.bytes).toBeLessThan(16 * packed.length);
  });

  test.each([
    ['zstd', zstdChunks, zstdCompressSync],
    ['gzip', gzipChunks, gzipSync],
  ] as const)(
    'a %s file that cannot be read to its end is refused',
    async (_name, chunks, pack) => {
      const bytes = pack(random);
      const read = async (): Promise<void> => {
        for await (const _chunk of chunks('f', fileOf(bytes, 4 << 20), { bytes: 0 }));
      };
      expect(await refusal(read())).toContain('does not decompress (disk is gone)');
    },
  );
});

/** A file whose bytes from `end` on cannot be read; `told` hears how many were read. */
function fileOf(
  bytes: Uint8Array,
  end = Number.POSITIVE_INFINITY,
  told = { bytes: 0 },
): FileHandle {
  const read = async (into: Uint8Array, offset: number, length: number, from: number) => {
    if (from >= end) throw new Error('disk is gone');
    const part = bytes.subarray(from, from + length);
    into.set(part, offset);
    told.bytes += part.length;
    return { bytesRead: part.length, buffer: into };
  };
  return { read, stat: async () => ({ size: bytes.length }) } as unknown as FileHandle;
}

function packXz(bytes: Uint8Array): Uint8Array {
  return execFileSync('xz', ['-0', '--stdout'], { input: bytes, maxBuffer: 1 << 28 });
}

function hasXz(): boolean {
  try {
    execFileSync('xz', ['--version']);
    return true;
  } catch {
    return false;
  }
}
