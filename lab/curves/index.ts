/** Miss-ratio curves of policies over traces: what others may use. See README.md. */

export {
  CURVE_KINDS,
  type Curve,
  type CurveKind,
  type Curves,
  type CurvesWanted,
  curvesOf,
} from './curve.ts';
export type { Point, Traffic } from './points.ts';
export { type SightRow, type Sights, type SightsWanted, sightsOf } from './sight.ts';
export { sightsTable } from './sight-table.ts';
export { curvesTable } from './table.ts';
