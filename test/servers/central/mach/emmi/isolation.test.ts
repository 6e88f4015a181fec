/** Bad pagers beside good tasks: what these have to bear of it. */

import { expect, test } from 'vitest';
import { type Figures, figuresBeside } from '../../../../../lab/conformance/isolation.ts';
import { badPagers, goodPagers } from '../../../../../servers/central/mach/emmi/pagers/index.ts';

const STEPS = 3000;
const AMPLE = { frames: 256, pages: 40, steps: STEPS };
const SHORT = { frames: 80, pages: 40, steps: STEPS };
const [store] = goodPagers;

test.each(badPagers)(
  '[EMMI16] beside a pager that is $name the faults of others are the same, to the last one',
  (pager) => {
    const [own, ...others] = figuresBeside(pager, AMPLE);
    const [good, ...before] = figuresBeside(store, AMPLE);
    expect(others).toEqual(before);
    expect(before.map(({ faults }) => faults)).toEqual([40, 40]);
    // Whose pager it is has to bear it.
    const isHurt = pager.name === 'silent' || pager.name === 'hoarding';
    expect(own.errors > good.errors).toBe(isHurt);
    expect(own.wrong > 0).toBe(pager.name === 'fickle');
  },
);

test.each(badPagers)(
  '[EMMI16] where memory is short others have hardly a fault more for it (two hundredths): $name',
  (pager) => {
    const sum = (figures: Figures[]) => figures.reduce((all, { faults }) => all + faults, 0);
    const [, ...others] = figuresBeside(pager, SHORT);
    const [, ...before] = figuresBeside(store, SHORT);
    expect(sum(before)).toBeGreaterThan(200);
    expect(sum(others)).toBeLessThanOrEqual(1.02 * sum(before));
    expect(others.map(({ errors, waitedNs, wrong }) => [errors, waitedNs, wrong])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  },
);
