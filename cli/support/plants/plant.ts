import type { PermittedDriver, VehicleCategory } from '../../../model/vehicle.js';
import type { PlantedFix, Track } from './track.js';

/** A card put in, or taken out where there is no certificate. */
export interface PlantedCard {
  /** Seconds after the start. */
  at: number;
  certificate: string | null;
  /** YYYY-MM-DD. */
  validUntil?: string;
  /** Seconds that the report is held back before it is sent. */
  heldBack?: number;
}

/** A straight road, as a line of places. */
export interface PlantedRoad {
  id: string;
  maxspeed: number;
  /** As `maxspeed:conditional` has it. */
  conditional?: string;
  highway?: string;
  line: [lon: number, lat: number][];
}

/** Fog that is declared. */
export interface PlantedFog {
  id: string;
  /** Metres. */
  visibility: number;
  /** Corners of its area. */
  ring: [lon: number, lat: number][];
}

/** A kind of violation: vehicles that commit it, others that only come near, and how to tell from the fixes alone. */
export interface Plant {
  type: string;
  /** Tells two plants of one kind apart. */
  variant?: string;
  /** Parameters and timing of the rule, as `PUT /v1/rules/{id}` takes them. */
  params?: object;
  /** Parameters that speak of places: all vehicles are on one ground, and this gives its places. */
  paramsOn?: (place: (x: number, y: number) => [number, number]) => object;
  /** Roads on that one ground. */
  roadsOn?: (place: (x: number, y: number) => [number, number]) => PlantedRoad[];
  /** Fog over that ground, from before the start: metres that one can see. */
  fog?: number;
  timing?: object;
  /** A circle for each vehicle, on its own ground: metres. */
  zone?: { x: number; y: number; radius: number };
  category?: (guilty: boolean) => VehicleCategory;
  plate?: (guilty: boolean, i: number) => string;
  /** Who may drive the vehicle. */
  drivers?: (guilty: boolean, i: number) => PermittedDriver[];
  cards?: (guilty: boolean, i: number, member: number) => PlantedCard[];
  /** So many vehicles share one ground, and one alert is expected of them, or of `each`; 1 where absent. */
  group?: number;
  each?: boolean;
  step?: number;
  /** Where the member of a group starts, in metres. */
  start?: (member: number) => [x: number, y: number];
  /** What who is done early does until all are done; stands where absent. */
  after?: 'drive';
  /**
   * The rule looks at everybody else as well, and finds nothing: `others`. At itself alone where what others do in the course of
   * their own stories may be a violation of this kind, too.
   */
  watches: 'others' | 'itself';
  /** Types of plants whose vehicles commit it in passing: they are not counted against it. */
  also?: readonly string[];
  drive(track: Track, guilty: boolean, i: number, others: readonly Track[]): void;
  /** Seconds at which the condition began, by the fixes that were really sent; null: no violation among them. */
  began(fixes: readonly PlantedFix[], guilty: boolean): number | null;
  /** Seconds from there until a perfect system could know. */
  known: number;
}

export function nameOf({ type, variant }: Plant): string {
  return variant ? `${type}, ${variant}` : type;
}

type Holds = (fix: PlantedFix, i: number, fixes: readonly PlantedFix[]) => boolean;

/** It began with the first fix of which this holds, as the fixes alone show … */
export const atFirst =
  (holds: Holds): Plant['began'] =>
  (fixes) =>
    fixes.find(holds)?.at ?? null;

/** … or where who drives was told to commit it: the fixes say only from when on. */
export const atFirstOfGuilty =
  (holds: Holds): Plant['began'] =>
  (fixes, guilty) =>
    guilty ? atFirst(holds)(fixes, guilty) : null;

/** It began so many seconds after the start, where it was committed. */
export const guiltyAfter =
  (seconds: number): Plant['began'] =>
  (_, guilty) =>
    guilty ? seconds : null;

export const inside = (zone: { x: number; y: number; radius: number }) => (fix: PlantedFix) =>
  Math.hypot(fix.x - zone.x, fix.y - zone.y) <= zone.radius;
