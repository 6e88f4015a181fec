/**
 * Plot: curves as one SVG, by Observable Plot over a document without a browser.
 *
 * Each policy has a colour and a dash, so that it can be told apart in print without colour too. Colours have a
 * contrast of 3 or more on white, and others on the dark; everything else takes the colour of text, which
 * follows the reader's scheme. With traffic each thing counted has a frame of its own, one above the other. An
 * estimate has its bound around it.
 */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { bytesText } from '../bytes-text.ts';
import { grouped } from '../grouped.ts';
import { type Counted, countedIn, referencesOf } from './counted.ts';
import type { CurveKind, Curves } from './curve.ts';
import { frameBytesOf } from './page-sizes.ts';
import { type Axis, axisOf, bytesAxisOf, evenAxis } from './plot-axes.ts';
import type { Point } from './points.ts';

/** On white, and in the dark. */
const COLOURS = [
  ['#0077e6', '#5fb0ff'],
  ['#c85400', '#ff9a4d'],
  ['#008700', '#4dd14d'],
  ['#af00af', '#f07af0'],
  ['#d70000', '#ff7070'],
  ['#6a6ac8', '#b3b3ff'],
  ['#787800', '#d1d14d'],
  ['#008080', '#4dd1d1'],
] as const;
const DASHES = ['none', '6 3', '2 3', '9 3 2 3'];
/** What a line looks like, before its name. */
const SAMPLES = ['\u2501\u2501', '\u254d\u254d', '\u2505\u2505', '\u2501\u254d'];
const WIDTH = 760;
const HEIGHT = 520;
const FRAME_HEIGHT = 230;
const LINE_HEIGHT = 18;
const LETTER_WIDTH = 8;
const TICK_SPACING = 45;
/** A line of the title, in its letters' height. */
const TITLE_WIDTH = 48;
/** Points of a curve up to which each has a dot. */
const DOTS_MOST = 64;

interface Dot {
  readonly policy: string;
  /** What is counted: in which frame it stands. */
  readonly what: string;
  readonly x: number;
  readonly ratio: number;
  /** How far off it is at most; no number where it is exact, or nobody knows. */
  readonly bound: number;
}

/** By what marks are put into frames, where there are several. */
type Facet = { readonly fy?: 'what' };

/** Misses a reference over frames; axes are logarithmic where values span more than a hundredfold. */
export function curvesPlot(document: Curves): string {
  const { of, curves } = document;
  const counts = countedIn(document);
  const dots = counts.flatMap((counted) => dotsOf(document, counted));
  const names = curves.map(({ policy }) => policy);
  const ratios = dots.map(({ ratio }) => ratio);
  const xs = dots.map(({ x }) => x);
  const legendHeight = 90 + LINE_HEIGHT * names.length;
  const isSplit = counts.length > 1;
  const frames = isSplit ? FRAME_HEIGHT * counts.length : HEIGHT;
  const facet: Facet = isSplit ? { fy: 'what' } : {};
  const marginRight = 60 + LETTER_WIDTH * Math.max(...names.map(({ length }) => length));
  const xAxis = of === 'page-size' ? bytesAxisOf(xs) : of === 'phases' ? evenAxis : axisOf(xs);
  const yAxis = axisOf(ratios);
  const xLabel = { label: xLabels[of], labelAnchor: 'center' } as const;
  const yLabel = `${isSplit ? '' : 'misses '}per reference${of === 'phases' ? ' of the part' : ''}`;
  const plot = Plot.plot({
    document: parseHTML('<!doctype html><html><body></body></html>').document,
    width: WIDTH + marginRight,
    height: Math.max(frames, legendHeight),
    marginLeft: 70,
    marginRight,
    marginTop: 56,
    marginBottom: 46,
    style: { fontSize: '13px' },
    x: { ...xAxis, ...xLabel },
    y: { ...yAxis, label: yLabel, grid: true, tickSpacing: TICK_SPACING },
    ...(isSplit && { fy: { axis: null, domain: counts.map(({ title }) => title) } }),
    color: { domain: names, range: names.map((_, at) => colourOf(at)) },
    marks: [
      ...(isSplit ? [Plot.frame({ strokeOpacity: 0.25 })] : []),
      // By the library's own choice some marks of a logarithmic axis have no number.
      ...textsOf(xAxis, (ticks, text) => Plot.axisX(ticks, { text, ...xLabel })),
      ...textsOf(yAxis, (ticks, text) => Plot.axisY(ticks, { text, label: yLabel })),
      ...headings(document, counts, facet),
      ...names.flatMap((name, at) => lineMarks(dots, name, at, yAxis, facet)),
      ...names.map((name, at) => legendMark(name, at, counts[0].title, facet)),
    ],
  } as Plot.PlotOptions);
  return withScheme(plot.outerHTML);
}

function dotsOf(document: Curves, counted: Counted): Dot[] {
  const { of, pageBytes, curves } = document;
  const unit = of === 'page-size' ? frameBytesOf({ pageBytes }) : 1;
  return curves.flatMap(({ policy, points }) =>
    points.map((point) => ({
      policy,
      what: counted.title,
      x: unit * xOf(point),
      ratio: counted.count(point) / referencesOf(point, document),
      bound: counted.bound(point) ?? Number.NaN,
    })),
  );
}

/** What the plot is of, above all, and what each frame is of, in it. */
function headings(
  { trace, references, pages, pageBytes, sample }: Curves,
  counts: readonly Counted[],
  facet: Facet,
): Plot.Markish[] {
  const size = `${grouped(pages)} pages of ${bytesText(pageBytes)}`;
  const part = sample === undefined ? '' : `, estimated from ${grouped(sample.pages)} of them`;
  const title = `${trace}: ${grouped(references)} references to ${size}${part}`;
  const own = counts.map(({ title: what }) => ({ what }));
  const lines = { lineAnchor: 'bottom', lineWidth: TITLE_WIDTH, fontSize: 15 } as const;
  const above = { frameAnchor: 'top-left', dy: -9, ...lines } as const;
  const inside = { frameAnchor: 'top-right', dx: -8, dy: 8, ...facet } as const;
  return [
    Plot.text([{ title, what: counts[0].title }], { ...above, text: 'title', ...facet }),
    ...(counts.length > 1 ? [Plot.text(own, { ...inside, text: 'what' })] : []),
  ];
}

function legendMark(name: string, at: number, what: string, facet: Facet): Plot.Markish {
  return Plot.text([{ text: `${SAMPLES[dashOf(at)]} ${name}`, what }], {
    text: 'text',
    ...facet,
    frameAnchor: 'top-right',
    textAnchor: 'start',
    dx: 12,
    dy: LINE_HEIGHT * at,
    fill: colourOf(at),
  });
}

function lineMarks(
  dots: readonly Dot[],
  name: string,
  at: number,
  { type, least }: Axis,
  facet: Facet,
): Plot.Markish[] {
  const own = dots.filter(({ policy }) => policy === name);
  // None at all has no place on a logarithmic axis: the line stops before it.
  const y = ({ ratio }: Dot): number => (type === 'log' && ratio <= 0 ? Number.NaN : ratio);
  const place = { x: 'x', y, ...facet };
  const strokeDasharray = DASHES[dashOf(at)];
  const isDotted = own.filter(({ what }) => what === own[0]?.what).length <= DOTS_MOST;
  const band = {
    x: 'x',
    y1: ({ ratio, bound }: Dot) => Math.max(least, ratio - bound),
    y2: ({ ratio, bound }: Dot) => Math.max(least, ratio + bound),
    ...facet,
  };
  return [
    ...(own.some(({ bound }) => bound > 0)
      ? [Plot.areaY(own, { ...band, fill: colourOf(at), fillOpacity: 0.12 })]
      : []),
    Plot.line(own, { ...place, stroke: 'policy', strokeWidth: 2, strokeDasharray }),
    Plot.dot(own, { ...place, fill: 'policy', r: isDotted ? 2.5 : 0 }),
  ];
}

const xLabels: Readonly<Record<CurveKind, string>> = {
  misses: 'frames',
  phases: 'references so far',
  'working-set': 'pages held on average',
  'page-size': 'memory',
  'tlb-reach': 'entries',
};

/** The axis drawn by `draw` with a number at each mark, where it says itself where those are. */
function textsOf(
  { ticks, tickFormat }: Axis,
  draw: (ticks: number[], text: (tick: number) => string) => Plot.Markish,
): Plot.Markish[] {
  return ticks === undefined ? [] : [draw([...ticks], tickFormat)];
}

/** Over time for phases; else over memory, which a working set holds on average. */
function xOf({ until, frames }: Point): number {
  return until ?? frames;
}

/** Names that share a colour differ in their dashes. */
function dashOf(at: number): number {
  return (at + Math.floor(at / COLOURS.length)) % DASHES.length;
}

function colourOf(at: number): string {
  return COLOURS[at % COLOURS.length][0];
}

/** Makes it a file of its own that is dark where its reader is; in print it is on white. */
function withScheme(svg: string): string {
  const lighter = COLOURS.map(
    ([light, dark]) => `[stroke="${light}"]{stroke:${dark}}[fill="${light}"]{fill:${dark}}`,
  );
  const scheme =
    '<style>svg{color:#1a1a1a;background:#fff}' +
    `@media screen and (prefers-color-scheme:dark){svg{color:#e6e6e6;background:#111}${lighter.join('')}}</style>`;
  const inside = svg.replace(/<style>[\s\S]*?<\/style>/, scheme);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${inside.replace('<svg ', NAMED)}\n`;
}

const NAMED = '<svg xmlns="http://www.w3.org/2000/svg" ';
