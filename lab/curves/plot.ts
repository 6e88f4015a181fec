/**
 * Plot: curves as one SVG, by Observable Plot over a document without a browser.
 *
 * Each policy has a colour and a dash, so that it can be told apart in print without colour too. Colours have a contrast of 3 or more on white and on black; everything
 * else takes the colour of text, which follows the reader's scheme.
 */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { grouped } from '../grouped.ts';
import type { CurveKind, Curves } from './curve.ts';
import type { Point } from './points.ts';

const COLOURS = [
  '#0087ff',
  '#d75f00',
  '#008700',
  '#af00af',
  '#d70000',
  '#8787d7',
  '#878700',
  '#008787',
];
const DASHES = ['none', '6 3', '2 3', '9 3 2 3'];
/** What a line looks like, before its name. */
const SAMPLES = ['\u2501\u2501', '\u254d\u254d', '\u2505\u2505', '\u2501\u254d'];
const WIDTH = 900;
const HEIGHT = 520;

interface Dot {
  readonly policy: string;
  readonly x: number;
  readonly ratio: number;
}

/** Misses a reference over frames; both axes are logarithmic where values span more than a hundredfold. */
export function curvesPlot({ of, trace, references, pages, curves }: Curves): string {
  const dots = curves.flatMap(({ policy, points }) =>
    points.map((point) => ({ policy, x: xOf(point), ratio: point.misses / references })),
  );
  const names = curves.map(({ policy }) => policy);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 70,
    marginRight: 140,
    marginTop: 56,
    style: { fontSize: '13px' },
    x: { label: xLabels[of], type: isWide(dots.map(({ x }) => x)) ? 'log' : 'linear' },
    y: {
      label:
        of === 'phases' ? 'misses in the part, per reference of the trace' : 'misses per reference',
      type: isWide(dots.map(({ ratio }) => ratio)) ? 'log' : 'linear',
      grid: true,
      tickFormat: '~g',
    },
    color: { domain: names, range: names.map((_, at) => colourOf(at)) },
    marks: [
      Plot.text([`${trace}: ${grouped(references)} references to ${grouped(pages)} pages`], {
        frameAnchor: 'top-left',
        dy: -22,
        fontSize: 15,
      }),
      ...names.flatMap((name, at) => lineMarks(dots, name, at)),
      ...names.map((name, at) =>
        Plot.text([`${SAMPLES[dashOf(at)]} ${name}`], {
          frameAnchor: 'top-right',
          textAnchor: 'start',
          dx: 12,
          dy: 18 * at,
          fill: colourOf(at),
        }),
      ),
    ],
  });
  return withScheme(plot.outerHTML);
}

function lineMarks(dots: readonly Dot[], name: string, at: number): Plot.Markish[] {
  const own = dots.filter(({ policy }) => policy === name);
  const place = { x: 'x', y: 'ratio' };
  const strokeDasharray = DASHES[dashOf(at)];
  return [
    Plot.line(own, { ...place, stroke: 'policy', strokeWidth: 2, strokeDasharray }),
    Plot.dot(own, { ...place, fill: 'policy', r: own.length > 64 ? 0 : 2.5 }),
  ];
}

const xLabels: Readonly<Record<CurveKind, string>> = {
  misses: 'frames',
  phases: 'references so far',
  'working-set': 'pages held on average',
  'page-size': 'frames of 4 KiB',
  'tlb-reach': 'entries',
};

/** Over time for phases; else over memory, which a working set holds on average. */
function xOf({ until, frames }: Point): number {
  return until ?? frames;
}

/** Names that share a colour differ in their dashes. */
function dashOf(at: number): number {
  return (at + Math.floor(at / COLOURS.length)) % DASHES.length;
}

function colourOf(at: number): string {
  return COLOURS[at % COLOURS.length];
}

function isWide(values: readonly number[]): boolean {
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) > 100 * least;
}

/** Makes it a file of its own that is dark where its reader is. */
function withScheme(svg: string): string {
  const scheme =
    '<style>svg{color:#1a1a1a;background:#fff}' +
    '@media (prefers-color-scheme:dark){svg{color:#e6e6e6;background:#111}}</style>';
  const inside = svg.replace(/<style>[\s\S]*?<\/style>/, scheme);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${inside.replace('<svg ', NAMED)}\n`;
}

const NAMED = '<svg xmlns="http://www.w3.org/2000/svg" ';
