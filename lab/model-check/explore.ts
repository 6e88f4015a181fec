/**
 * Exploration: breadth first from the booted world to the fixpoint, every move of every state. The
 * first state or step that breaks an invariant ends it; since states are found in order of their
 * distance, the way there is a shortest one.
 */

import type { PlantedBug } from '../../servers/memory/state.ts';
import { createCodec, restore, save } from './canonical-state.ts';
import { explored } from './deadlines.ts';
import { checkState } from './invariants.ts';
import { firstStuck, type Goal, type Graph, goalsMet, goalsOf } from './liveness.ts';
import { makeMove, possibleMoves, restoreFor } from './moves.ts';
import { append, createNumberList, type NumberList } from './number-list.ts';
import type { WorldPlan } from './plan.ts';
import { addState, createStateTable, type StateTable } from './state-table.ts';
import { type Before, checkStep, createBefore, note } from './steps.ts';
import { type Violation, violationAt } from './trace.ts';
import { createWorld } from './world.ts';

export interface Exploration {
  readonly plan: WorldPlan;
  readonly planted: PlantedBug | null;
  readonly table: StateTable;
  readonly graph: Graph;
  /** By state: the state from which it was found, and the move. */
  readonly parents: NumberList;
  readonly parentMoves: NumberList;
  readonly goals: readonly Goal[];
  readonly violations: Violation[];
  /** Every state was expanded. */
  isComplete: boolean;
  /** Distance of the farthest state. */
  depth: number;
}

export interface ExploreOptions {
  readonly planted?: PlantedBug;
  /** Ends the exploration short of its fixpoint; liveness is then not looked at. */
  readonly statesMax?: number;
  /** Called now and then with the states found so far. */
  readonly progress?: (states: number) => void;
}

const STATES_A_CALL = 4096;

/** Explores a plan's world to its fixpoint, or to its first violation. */
export function explore(plan: WorldPlan, options: ExploreOptions = {}): Exploration {
  const planted = options.planted ?? null;
  const world = createWorld(plan, planted, explored);
  const codec = createCodec(world);
  const run: Exploration = {
    plan,
    planted,
    table: createStateTable(),
    graph: {
      from: createNumberList(),
      to: createNumberList(),
      moves: createNumberList(),
      met: createNumberList(),
    },
    parents: createNumberList(),
    parentMoves: createNumberList(),
    goals: goalsOf(world),
    violations: [],
    isComplete: false,
    depth: 0,
  };
  const depths = createNumberList();
  const { table, graph, parents, parentMoves } = run;
  const before = createBefore();
  const moves: number[] = [];
  addState(table, codec.tape.bytes, save(codec));
  append(parents, -1);
  append(parentMoves, 0);
  append(depths, 0);
  append(graph.met, goalsMet(world, run.goals));
  for (let state = 0; state < table.count; state++) {
    if (state % STATES_A_CALL === 0) options.progress?.(table.count);
    append(graph.from, graph.to.length);
    if (table.count > (options.statesMax ?? Number.POSITIVE_INFINITY)) return run;
    const { bytes, starts } = table;
    restore(codec, bytes, starts[state]);
    possibleMoves(codec, moves);
    for (const move of moves) {
      const wrong = takeStep(run, codec, before, state, move);
      if (wrong === undefined && parents.length === table.count) continue;
      if (parents.length < table.count) {
        append(parents, state);
        append(parentMoves, move);
        append(depths, depths.numbers[state] + 1);
        run.depth = depths.numbers[state] + 1;
      }
      if (wrong === undefined) continue;
      run.violations.push(violationAt(run, wrong, state, move));
      return run;
    }
  }
  append(graph.from, graph.to.length);
  run.isComplete = true;
  checkLiveness(run);
  return run;
}

/** Makes one move of a state; returns what is wrong with it or with where it leads. */
function takeStep(
  run: Exploration,
  codec: ReturnType<typeof createCodec>,
  before: Before,
  state: number,
  move: number,
): string | undefined {
  const { world, tape, deadlines } = codec;
  const { table, graph, goals } = run;
  restoreFor(codec, table.bytes, table.starts[state], move);
  note(world, before, move);
  try {
    makeMove(world, move);
  } catch (error) {
    return `the code says: ${error instanceof Error ? error.message : String(error)}`;
  }
  const wrong = checkStep(world, before, move);
  if (wrong !== undefined) return wrong;
  const known = table.count;
  const next = addState(table, tape.bytes, save(codec));
  append(graph.to, next);
  append(graph.moves, move);
  if (next < known) return undefined;
  append(graph.met, goalsMet(world, goals));
  return checkState(world, deadlines);
}

const wanted: Record<Goal['what'], string> = {
  answered: 'an answer to its call',
  served: 'the frames it is guaranteed',
  whole: 'its frames out of their container',
};

function checkLiveness(run: Exploration): void {
  const { graph, goals, plan } = run;
  goals.forEach(({ client, what }, number) => {
    const stuck = firstStuck(graph, goals, number);
    if (stuck < 0) return;
    const { name } = plan.clients[client];
    const text = `liveness: from here ${name} can never get ${wanted[what]}, whatever it does`;
    run.violations.push(violationAt(run, text, stuck, -1));
  });
}
