import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startLackey } from '../../../lab/kernels/lackey.ts';
import { lackey } from '../../../lab/traces/formats/lackey.ts';
import { readTrace } from '../../../lab/traces/read-trace.ts';
import { traceOfLog } from '../../../lab/traces/reference-log.ts';
import { TraceError } from '../../../lab/traces/trace.ts';
import { createTraceReader, endTrace, pushTrace } from '../../../lab/traces/trace-reader.ts';
import { createRandom, nextBelow, type RandomState } from '../../../sim-hw/random.ts';

/** Text enough at a time for the kernel, some of it several times as much as it takes at once. */
const LINES = 4000;
const LINES_MANY = 60_000;
const KINDS = [' L ', ' S ', ' M ', 'I  ', ' I ', 'L  '];
/** Damaged texts; as in test/lab/traces/damage.test.ts. */
const MUTATIONS = Number(process.env.TRACE_MUTATIONS ?? 150);
const setting = process.env.LEASEHOLD_KERNELS;

afterEach(() => {
  if (setting === undefined) delete process.env.LEASEHOLD_KERNELS;
  else process.env.LEASEHOLD_KERNELS = setting;
});

interface Draw {
  /** Of a thousand lines, how many are not usual. */
  readonly odd: number;
  readonly pages: number;
}

/** Lines mostly of the usual shape, near each other as in a program; some of any other shape. */
function drawnText(random: RandomState, lines: number, { odd, pages }: Draw): string {
  let text = '';
  let page = 0x4000;
  let kind = ' L ';
  for (let i = 0; i < lines; i++) {
    if (nextBelow(random, 3) === 0) page = 0x4000 + nextBelow(random, pages);
    if (nextBelow(random, 3) === 0) kind = KINDS[nextBelow(random, 4)];
    const far = nextBelow(random, 8) === 0 ? 0x1ff0000 : 0;
    const address = ((page + far) * 4096 + nextBelow(random, 4080)).toString(16).padStart(8, '0');
    const size = 1 + nextBelow(random, 16);
    text +=
      nextBelow(random, 1000) < odd ? oddLine(random, address) : `${kind}${address},${size}\n`;
  }
  return text;
}

function oddLine(random: RandomState, address: string): string {
  const kind = KINDS[nextBelow(random, KINDS.length)];
  const odd = [
    `${kind}${address.toUpperCase()},8\n`,
    `${kind}00${address},8\n`,
    `${kind}${address}f,8\n`,
    `${kind}${address.slice(0, 5)}ffd,${1 + nextBelow(random, 40)}\n`,
    `${kind}${address},${nextBelow(random, 9000) + 1}\n`,
    `${kind}${address},08\n`,
    `${kind}${address},8\r\n`,
    `${kind}   ${address},8\n`,
    `${kind}7fff${address},8\n`,
    `${kind}${address.slice(6)},8\n`,
    '==77== words\n',
    '\n',
  ];
  return odd[nextBelow(random, odd.length)];
}

/** All that reading gives: the trace, or the refusal and how far the log was when it came. */
function outcome(bytes: Uint8Array, cuts: readonly number[], limit: number | undefined) {
  const reader = createTraceReader('t', { format: lackey, ...(limit && { limit }) });
  try {
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      pushTrace(reader, bytes.slice(from, cut));
      from = cut;
    }
    endTrace(reader);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return { refused: error.message, trace: traceOfLog(reader.log, '', '') };
  }
  return { refused: '', trace: traceOfLog(reader.log, '', '') };
}

function expectTwins(bytes: Uint8Array, cuts: readonly number[] = [], limit?: number) {
  process.env.LEASEHOLD_KERNELS = 'off';
  const twin = outcome(bytes, cuts, limit);
  process.env.LEASEHOLD_KERNELS = 'on';
  expect(outcome(bytes, cuts, limit)).toEqual(twin);
  return twin;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test('there is a kernel', () => {
  expect(startLackey()).not.toBe(null);
});

test.each([
  { odd: 0, pages: 5 },
  { odd: 3, pages: 200 },
  { odd: 500, pages: 30 },
  { odd: 1, pages: 60_000 },
])('[POL18] drawn text, %o: runs, pages, kinds and lines of its twin', (draw) => {
  const random = createRandom(20261122 + draw.pages);
  for (let n = 0; n < 6; n++) {
    const text = encode(drawnText(random, n === 0 ? LINES_MANY : LINES, draw));
    const cuts = [0, 1, 2].map(() => nextBelow(random, text.length)).sort((a, b) => a - b);
    const { refused, trace } = expectTwins(text, cuts);
    expect(refused).toBe('');
    expectTwins(text, [], 1 + nextBelow(random, 2 * trace.references));
  }
});

test('[POL18] damaged text: the same refusal of the same line, and the same runs before it', () => {
  const random = createRandom(7);
  let refused = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    const text = encode(drawnText(random, LINES, { odd: 2, pages: 300 }));
    for (let times = 1 + nextBelow(random, 3); times > 0; times--) {
      const at = nextBelow(random, text.length);
      if (nextBelow(random, 2) === 0) text[at] ^= 1 << nextBelow(random, 8);
      else text.copyWithin(at, nextBelow(random, text.length));
    }
    if (expectTwins(text).refused !== '') refused++;
  }
  expect(refused).toBeGreaterThan(MUTATIONS / 10);
}, 600_000);

test.each(['0', '00', '01', '99', '100'])(
  '[POL18] a size of %s: read, or refused, as its twin does',
  (size) => {
    const rest = drawnText(createRandom(2), 3000, { odd: 0, pages: 9 });
    const { refused } = expectTwins(encode(`${rest} L 0405c010,${size}\n`));
    expect(refused === '').toBe(Number(size) > 0);
  },
);

test('[POL18] any byte in every place of a line: read, or refused, as its twin does', () => {
  const rest = encode(drawnText(createRandom(1), 3000, { odd: 0, pages: 9 }));
  // Digits and letters, what stands beside them, and what differs from one by a bit.
  const suspects = [...encode(' ,/059:@AFG`afgLSMI=\n\r\t\0'), 16, 25, 0xb0, 0xe1, 255];
  for (const line of [' L 0401a234,3\n', 'I  1ffe00a234,12\n'])
    for (let place = 0; place < line.length; place++)
      for (const byte of suspects) {
        const bytes = new Uint8Array(line.length + rest.length);
        bytes.set(encode(line));
        bytes.set(rest, line.length);
        bytes[place] = byte;
        const chosen = bytes.subarray(0, (1 << 15) + line.length);
        expectTwins(chosen.subarray(0, chosen.lastIndexOf(10) + 1));
      }
});

test('[POL18] a run goes on from call to call, through lines that are not usual', () => {
  const usual = ' L 04001234,3\n'.repeat(3000);
  const text = `${usual}==1== a\n${usual} L 4001234,3\n${usual} L 000004001fff,1\n${usual}`;
  const { trace } = expectTwins(encode(text), [50_000, 100_000]);
  expect(trace.runs.length).toBe(Math.ceil(trace.references / 64));
});

test('[POL18] batches for a sink are those of its twin', () => {
  const text = encode(drawnText(createRandom(3), LINES_MANY, { odd: 1, pages: 900 }));
  const total = (state: string): number[] => {
    process.env.LEASEHOLD_KERNELS = state;
    const taken: number[] = [];
    const sink = (runs: Uint32Array): void => void taken.push(...runs);
    const reader = createTraceReader('t', { format: lackey, sink });
    pushTrace(reader, text);
    endTrace(reader);
    traceOfLog(reader.log, '', '');
    return taken;
  };
  expect(total('on')).toEqual(total('off'));
});

test('[POL18] a file, read to where the kernel finds it: the trace of its twin, of few pages and of many', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leasehold-lackey-'));
  const file = join(folder, 'text');
  try {
    for (const pages of [40, 30_000]) {
      await writeFile(file, drawnText(createRandom(pages), 2 * LINES_MANY, { odd: 2, pages }));
      process.env.LEASEHOLD_KERNELS = 'off';
      const twin = await readTrace(file);
      process.env.LEASEHOLD_KERNELS = 'on';
      expect(await readTrace(file)).toEqual(twin);
      expect(twin.pageNumbers.length).toBeGreaterThanOrEqual(pages);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('[POL18] a NUL in a line is refused as by the twin, wherever it stands', () => {
  const rest = encode(drawnText(createRandom(5), 3000, { odd: 0, pages: 9 }));
  // Without the NULs: a page known by five digits, and lines that are in order.
  const nul = '\x00';
  const texts = [`04008${nul}${nul}123,4`, `04008123,${nul}4`, `0400${nul}123,4`];
  const lines = ['I  04008123,4', `I ${nul}04008123,4`, ...texts.map((of) => `I  ${of}`)];
  for (const line of lines)
    for (const place of [0, 2000, rest.length]) {
      const at = place === 0 ? 0 : rest.lastIndexOf(10, place - 1) + 1;
      const parts = [rest.subarray(0, at), encode(`I  04008123,4\n${line}\n`), rest.subarray(at)];
      const { refused } = expectTwins(new Uint8Array(Buffer.concat(parts)));
      expect(refused !== '').toBe(line.includes(nul));
    }
});
