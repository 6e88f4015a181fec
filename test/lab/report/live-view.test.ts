import fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveLine, liveView } from '../../../lab/report/index.ts';
import { ownerColour, paletteColours } from '../../../lab/report/palette.ts';
import type { Snapshot, TaskSnapshot } from '../../../lab/run/snapshot.ts';

function task(name: string, held: number, guaranteed: number, owed = 0): TaskSnapshot {
  const contract = {
    status: 'active',
    guaranteed,
    extra: 10,
    until: 9_000_000,
    owed,
    deadline: owed > 0 ? 5_250_000 : null,
    wanted: 0,
  } as const;
  const counts = { locked: 1, faults: 1234, hardFaults: 900, met: 3, missed: 2 };
  return { name, doing: 'running', held, contract, ...counts, references: 25, round: 100 };
}

function snapshot(tasks: readonly TaskSnapshot[], frames: number): Snapshot {
  const free = frames - tasks.reduce((sum, { held }) => sum + held, 0);
  const time = { clock: 'ns', at: 5_000_000, ns: 5_000_000, references: 77_000 } as const;
  return {
    kind: 'snapshot',
    management: 'contracts',
    ...time,
    frames,
    free,
    locked: 2,
    over: false,
    tasks,
  };
}

const texts = { title: 'scenarios/some.yaml: contracts', speed: '0.05 x real time (1.0 M/s)' };
const two = snapshot([task('matrix', 40, 30, 4), task('xz', 20, 30)], 80);
const esc = String.fromCharCode(27);
const sequence = new RegExp(`${esc}\\[[0-9;]*m`, 'g');

function visible(line: string): string {
  return line.replaceAll(sequence, '');
}

test('the bar shows who has which share: guaranteed, lent, free', () => {
  const lines = liveView(two, texts, { width: 82, height: 24 }, { colours: false });
  const bar = lines.find((line) => line.startsWith('['));
  expect(bar).toBe(`[${'a'.repeat(30)}${'A'.repeat(10)}${'b'.repeat(20)}${'.'.repeat(20)}]`);
});

test('the picture names contracts, notices with their time, and what is left of terms', () => {
  const text = liveView(two, texts, { width: 100, height: 24 }, { colours: false }).join('\n');
  expect(text).toContain('5 ms, running');
  expect(text).toContain('0.05 x real time');
  expect(text).toContain('80 frames: 60 held, 10 of them beyond a guarantee (capitals), 20 free');
  expect(text).toMatch(/a matrix +40 +30 +10 +4 +250 us .* 4\.0 ms +1 +1,234/);
  expect(text).toMatch(/b xz +20 +30 +10 +- +- /);
  expect(text).toContain('notices in flight: matrix 4 in 250 us');
});

test('no line is wider and no picture higher than the terminal, in colours or without', () => {
  const some = fc.record({
    name: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' }),
    held: fc.integer({ min: 0, max: 5000 }),
    guaranteed: fc.integer({ min: 0, max: 5000 }),
    owed: fc.integer({ min: 0, max: 20 }),
    leased: fc.boolean(),
  });
  const size = fc.record({
    width: fc.integer({ min: 20, max: 160 }),
    height: fc.integer({ min: 1, max: 45 }),
  });
  fc.assert(
    fc.property(
      fc.array(some, { minLength: 1, maxLength: 64 }),
      size,
      (wishes, { width, height }) => {
        const tasks = wishes.map(({ name, held, guaranteed, owed, leased }) => {
          const one = task(name, held, guaranteed, owed);
          return leased ? one : { ...one, contract: null };
        });
        const frames = tasks.reduce((sum, { held }) => sum + held, 7);
        const shown = snapshot(tasks, frames);
        const bare = liveView(shown, texts, { width, height }, { colours: false });
        const painted = liveView(shown, texts, { width, height }, { colours: true });
        expect(bare.length).toBeLessThanOrEqual(height);
        expect(bare.filter((line) => line.length > width)).toEqual([]);
        expect(bare.join('')).not.toContain(esc);
        expect(painted.map(visible)).toEqual(bare);
      },
    ),
    { seed: 5, numRuns: 150 },
  );
});

test('a plain line says the same in one', () => {
  expect(liveLine(two)).toBe(
    '5 ms: 20 of 80 free; matrix 40/30+10 owes 4 in 250 us, xz 20/30+10; 2 locked, 2,468 faults',
  );
  const central = snapshot([{ ...task('matrix', 40, 0), contract: null }], 80);
  expect(liveLine(central)).toBe('5 ms: 40 of 80 free; matrix 40; 2 locked, 1,234 faults');
});

/** Red, green and blue of one of the terminal's 256 colours, from its cube of 6 by 6 by 6. */
function rgbOf(colour: number): number[] {
  const levels = [0, 95, 135, 175, 215, 255];
  const at = colour - 16;
  return [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((part) => levels[part]);
}

/** WCAG 2.1: relative luminance. */
function luminance(colour: number): number {
  const [red, green, blue] = rgbOf(colour).map((part) => {
    const value = part / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('each colour can be read on black and on white', () => {
  for (const colour of paletteColours) {
    const light = luminance(colour);
    expect(1.05 / (light + 0.05), `${colour} on white`).toBeGreaterThan(3.4);
    expect((light + 0.05) / 0.05, `${colour} on black`).toBeGreaterThan(3.4);
  }
  expect(ownerColour(0)).not.toBe(ownerColour(1));
});
