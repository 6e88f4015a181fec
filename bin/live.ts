/**
 * Live: `--watch`, a run looked at as it goes. On a terminal a picture is painted a few times a
 * second of wall time; elsewhere a plain line is printed at each interval of virtual time. Wall
 * time decides when somebody looks, and nothing in the run.
 *
 * With --json the view is on standard error, so that standard output is the document and no more.
 */

import { liveLine, liveView } from '../lab/report/index.ts';
import type { Snapshot } from '../lab/run/snapshot.ts';
import { createWatching, type Watching } from '../lab/run/watched-run.ts';
import { exitOnSignals } from './signals.ts';
import { enterTerminal, isPaintable, type Terminal } from './terminal.ts';

const REPAINT_MS = 200;
/** Speed is over this long, so that it can be read. */
const SPEED_MS = 2000;

export interface Live {
  /** What `CompareOptions.watching` takes; lines come at each `every` ticks. */
  readonly watching: (every: number) => Watching & { show: (snapshot: Snapshot) => void };
  /** What `PoolOptions.progress` takes. */
  readonly tell: (done: number, known: number, running: readonly string[]) => void;
  /** Gives the terminal back. */
  readonly end: () => void;
}

interface LiveState {
  readonly title: string;
  readonly stream: NodeJS.WriteStream;
  readonly terminal: Terminal | null;
  readonly words: Watching;
  /** Virtual seconds in a second of wall time at the most; Infinity: as fast as it goes. */
  readonly speed: number;
  /** Wall time of the first snapshot, in ms. */
  beganMs: number;
  readonly colours: boolean;
  latest: Snapshot | null;
  preparing: string;
  /** Snapshots of the last seconds, with their wall time: for the speed. */
  readonly seen: { readonly ms: number; readonly ns: number; readonly references: number }[];
}

/**
 * Begins to show; `title` says what is run. On a terminal the run goes no faster than `speed`
 * virtual seconds a second.
 */
export function createLive(title: string, json: boolean, speed: number): Live {
  const stream = json ? process.stderr : process.stdout;
  const painted = isPaintable(stream);
  const state: LiveState = {
    title,
    stream,
    terminal: painted ? enterTerminal(stream) : null,
    words: createWatching(0),
    speed: painted ? speed : Number.POSITIVE_INFINITY,
    beganMs: 0,
    colours: painted && !process.env.NO_COLOR,
    latest: null,
    preparing: 'preparing',
    seen: [],
  };
  if (state.speed !== Number.POSITIVE_INFINITY) state.words.limit[0] = 0;
  const timer = painted ? setInterval(() => repaint(state), REPAINT_MS) : null;
  const onResize = (): void => paint(state);
  if (painted) stream.on('resize', onResize);
  const leave = (): void => state.terminal?.leave();
  const ignoreSignals = painted ? exitOnSignals() : () => {};
  process.once('exit', leave);
  return {
    watching: (every) => ({
      ...state.words,
      every: painted ? 0 : every,
      show: (snapshot) => take(state, snapshot),
    }),
    tell: (done, known, running) => {
      state.preparing = `${done} of ${known} jobs done; now ${running.join(', ')}`;
    },
    end: () => {
      if (timer) clearInterval(timer);
      stream.removeListener('resize', onResize);
      process.removeListener('exit', leave);
      ignoreSignals();
      leave();
    },
  };
}

function take(state: LiveState, snapshot: Snapshot): void {
  if (state.latest === null) state.beganMs = Date.now();
  state.latest = snapshot;
  if (state.terminal === null) {
    state.stream.write(`${liveLine(snapshot)}\n`);
    return;
  }
  const { ns, references } = snapshot;
  state.seen.push({ ms: Date.now(), ns, references });
  while (state.seen.length > 2 && Date.now() - state.seen[0].ms > SPEED_MS) state.seen.shift();
  paint(state);
}

/** Asks the run for a snapshot, which is painted when it comes; paints what is known until then. */
function repaint(state: LiveState): void {
  const { words, speed, beganMs, latest } = state;
  if (latest !== null && speed !== Number.POSITIVE_INFINITY)
    words.limit[0] = (Date.now() - beganMs) * 1e6 * speed;
  Atomics.store(words.asked, 0, 1);
  if (latest === null) paint(state);
}

function paint(state: LiveState): void {
  const { terminal, latest, title, preparing } = state;
  if (terminal === null) return;
  const size = terminal.size();
  if (latest === null)
    return terminal.paint([title.slice(0, size.width), preparing.slice(0, size.width)]);
  const texts = { title, speed: speedText(state) };
  terminal.paint(liveView(latest, texts, size, { colours: state.colours }));
}

function speedText({ seen }: LiveState): string {
  const [first] = seen;
  const last = seen.at(-1);
  if (first === undefined || last === undefined || last.ms - first.ms < REPAINT_MS) return '';
  const ms = last.ms - first.ms;
  const times = (last.ns - first.ns) / (ms * 1e6);
  const rate = (last.references - first.references) / (ms * 1e3);
  const factor = times >= 10 ? times.toFixed(0) : times.toPrecision(2);
  return `${factor} x real time (${rate.toFixed(1)} M/s)`;
}
