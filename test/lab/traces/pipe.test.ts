import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readTrace, type Trace } from '../../../lab/traces/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'leasehold-pipe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = Array.from({ length: 300_000 }, (_, at) => `${(at * at) % 977}\n`).join('');
const file = join(folder, 'pages');
writeFileSync(file, text);
writeFileSync(`${file}.gz`, gzipSync(text));
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);

async function through(name: string): Promise<Trace> {
  const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', name, pipe], { stdio: 'ignore' });
  try {
    return await readTrace(pipe);
  } finally {
    writer.kill();
  }
}

test('what comes through a pipe is read as from its file', async () => {
  const { runs, pageNumbers, format } = await readTrace(file);
  expect(await through(file)).toMatchObject({ runs, pageNumbers, format });
});

test.each([
  [`${file}.gz`, /is packed with gzip and comes through a pipe, expected plain bytes; unpack it/],
  ['traces/xz.lht', /pipe: .*compact.*pipe/],
])('%s is refused through a pipe', async (name, says) => {
  await expect(through(name)).rejects.toThrow(says);
});
