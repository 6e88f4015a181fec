import { expect, test } from 'vitest';
import { marksOf, rivalsAmong } from '../../../lab/report/rivals.ts';
import type { Row } from '../../../lab/results.ts';
import { centrals } from '../../../lab/run/centrals.ts';

function row(management: string, sight: string, slowdown: number | null): Row {
  return { management, frames: 100, sight, totals: { slowdown } } as Row;
}

test('who sees each reference or asks the tasks is marked, and is no rival', () => {
  const rows = [
    row('contracts', 'hardware', 2),
    row('unlimited', 'none', 1),
    row('mach', 'hardware', 4),
    row('global-lru', 'oracle', 3),
    row('lru-sp', 'oracle', 2),
    row('bsd-clock', 'none', 3.5),
    row('linux', 'hardware', null),
    row('optimal', 'future', null),
  ];
  expect(rivalsAmong(rows).map(({ management }) => management)).toEqual(['bsd-clock', 'mach']);
  expect(rows.map(marksOf)).toEqual(['', '', '', '*', '*+', '', '', '']);
});

test('whoever asks the tasks is none with whatever sight it has', () => {
  expect(rivalsAmong([row('lru-sp', 'hardware', 2)])).toEqual([]);
  expect(marksOf(row('lru-sp', 'hardware', 2))).toBe('+');
});

test('a central management that says it sees bits alone is shown no references', () => {
  const shown = Object.entries(centrals).filter(([, one]) => one.referencesSeen !== undefined);
  expect(shown.map(([name]) => name)).toContain('eelru');
  for (const [name, { sight }] of shown) expect([name, sight]).toEqual([name, 'oracle']);
});
