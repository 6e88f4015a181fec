import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { readTrace, recordTrace } from '../../../lab/traces/index.ts';
import { put, refusal, scratch } from './traces-support.ts';

const at = scratch();
const hasValgrind = spawnSync('valgrind', ['--version']).status === 0;

describe.skipIf(!hasValgrind)('recordTrace', () => {
  test('records a window of a program and ends it at the limit', async () => {
    const progress: number[] = [];
    const info = await recordTrace(at('loop.lht'), ['sh', '-c', 'while :; do :; done'], {
      skip: 1000,
      limit: 1_200_000,
      onProgress: (references) => progress.push(references),
    });
    expect(info).toMatchObject({ format: 'compact', references: 1_200_000 });
    expect(info.origin).toBe('sh -c while :; do :; done');
    expect(progress.length).toBe(1);
    const trace = await readTrace(at('loop.lht'));
    expect(trace.references).toBe(1_200_000);
    expect(trace.kinds[2]).toBeGreaterThan(trace.kinds[0]);
  });

  test('a program that ends by itself is recorded whole', async () => {
    const info = await recordTrace(at('true.lht'), ['true'], { pageBytes: 512 });
    expect(info.references).toBeGreaterThan(50_000);
    expect(info.pageBytes).toBe(512);
    expect((await readTrace(at('true.lht'))).pageBytes).toBe(512);
  });

  test('a program that fails, or does not exist, leaves no file', async () => {
    expect(await refusal(recordTrace(at('no.lht'), ['false']))).toContain('exit code 1');
    const missing = await refusal(recordTrace(at('no.lht'), ['no-such-program-here']));
    expect(missing).toContain("'no-such-program-here' failed with exit code 127");
    expect(missing).toContain('command not found');
    const words = await refusal(recordTrace(at('no.lht'), ['true'], { skip: 1e9 }));
    expect(words).toContain('skip fewer');
    await expect(readFile(at('no.lht'))).rejects.toThrow('ENOENT');
  });
});

describe('what recordTrace refuses before it runs anything', () => {
  test('an output that exists, no command, impossible counts', async () => {
    const file = await put(at('exists.lht'), 'x');
    expect(await refusal(recordTrace(file, ['true']))).toContain('exists already');
    expect(await refusal(recordTrace(at('new'), []))).toContain('no command');
    expect(await refusal(recordTrace(at('new'), ['true'], { limit: 0 }))).toContain('limit 0');
    expect(await refusal(recordTrace(at('new'), ['true'], { skip: -1 }))).toContain('skip -1');
    expect(await refusal(recordTrace(at('new'), ['true'], { pageBytes: 256 }))).toContain('256');
    expect(await refusal(recordTrace(at('no/new'), ['true']))).toContain('no folder');
  });

  test('a machine without valgrind', async () => {
    // mkfifo must still be found: only valgrind is hidden.
    const { mkdir, symlink } = await import('node:fs/promises');
    await mkdir(at('bin'));
    await symlink('/usr/bin/mkfifo', at('bin/mkfifo'));
    vi.stubEnv('PATH', at('bin'));
    try {
      const message = await refusal(recordTrace(at('new'), ['true']));
      expect(message).toContain('install valgrind (apt-get install valgrind), or convert a trace');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
