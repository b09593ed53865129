import type { VehicleHour } from './vehicle-hour.js';

export const SUM_PERIODS = ['hour', 'day', 'month'] as const;
/** Days and months are those of China, which has one time and no summer time. */
export type SumPeriod = (typeof SUM_PERIODS)[number];

export const SUM_GROUPS = ['vehicle', 'company', 'region'] as const;
export type SumGroup = (typeof SUM_GROUPS)[number];

/** Which sums are asked for. */
export interface SumQuery {
  period: SumPeriod;
  group: SumGroup;
  /** Epoch ms; hours that begin in from ≤ t < to. */
  from: number;
  to: number;
  /** Only these, where given. */
  vehicleNo?: number;
  company?: string;
  region?: string;
  /** The last of the page before. */
  after?: { start: number; key: string };
  limit: number;
}

/** What the vehicles of a group did in a period: their hours added up. */
export interface TravelSum extends Omit<VehicleHour, 'hour' | 'drift'> {
  /** Epoch ms at which the period begins. */
  start: number;
  /** Vehicle id, company or region; '' where a vehicle has none. */
  key: string;
  vehicles: number;
  /** Vehicles with impossible jumps in their fixes. */
  driftVehicles: number;
}
