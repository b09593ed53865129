import type { LineString, MultiPolygon, Point, Polygon } from 'geojson';
import type { Severity } from './alert.js';
import type { RuleSchedule, RuleTiming } from './rule.js';
import type { VehicleCategory } from './vehicle.js';

/** Polygon (holes allowed) and MultiPolygon are areas; a Point with `radius` a circle; a LineString with `width` a corridor. */
export type FenceGeometry = Polygon | MultiPolygon | Point | LineString;

/** What every rule of a fence may say. */
interface AnyFenceRule {
  severity?: Severity;
  /** With one of these two it is run as a rule of its own (alerts/rule-book/timed-fence-rule.ts); never empty. */
  timing?: RuleTiming;
  schedule?: RuleSchedule;
}

export interface CrossingRule extends AnyFenceRule {
  type: 'enter' | 'exit';
}

export interface OverspeedRule extends AnyFenceRule {
  type: 'overspeed';
  /** km/h, or one for each segment of a corridor, null for a segment without one. */
  limit: number | (number | null)[];
  /** Raised when exceeded for more than this, s; 0 or absent: at once. Its `timing` has no `minDuration` beside it. */
  duration?: number;
}

export type FenceRule = CrossingRule | OverspeedRule;

/** How a terminal can keep a fence of its own (JT/T 808, areas and routes). */
export const AREA_KINDS = ['circle', 'rectangle', 'polygon', 'route'] as const;

export type AreaKind = (typeof AREA_KINDS)[number];

/** Vehicles whose terminals hold the fence too: all that it applies to, or those that are named or of these kinds. */
export type OnTerminal = true | { vehicles?: string[]; categories?: VehicleCategory[] };

export interface FenceProperties {
  name: string;
  rules: FenceRule[];
  /** Metres, for a Point. */
  radius?: number;
  /** Metres from edge to edge, for a LineString: of all of it, or of each segment. */
  width?: number | number[];
  /** Of the rules that name none of their own. */
  severity?: Severity;
  /** Only vehicles of these kinds; all where absent. */
  categories?: VehicleCategory[];
  /** Daily window of force in Beijing time, `HH:MM`; may run over midnight. */
  hours?: { from: string; to: string };
  /** Absent: the fence is kept by the server alone. */
  onTerminal?: OnTerminal;
  /** Whatever else the owner of the fence keeps with it. */
  [key: string]: unknown;
}

export interface Fence {
  no: number;
  id: string;
  /** Catalog revision at which this form came into force. */
  revision: number;
  geometry: FenceGeometry;
  properties: FenceProperties;
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
}

/** Metres from edge to edge of each segment of a corridor. */
export function segmentWidths(segments: number, { width = 0 }: Pick<FenceProperties, 'width'>): number[] {
  return typeof width === 'number' ? Array.from({ length: segments }, () => width) : width;
}
