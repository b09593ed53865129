import type { Position as Place } from 'geojson';
import { type FenceGeometry, type FenceProperties, type OnTerminal, segmentWidths } from '../model/fence.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../model/vehicle.js';
import type { Problems } from './problems.js';

const MAX_VEHICLES = 1000;
const MAX_ID = 64;
/** What fits into the set messages of JT/T 808 (2013 §8.35–8.41, 2019 §8.32–8.38). */
const MAX_WIDTH_M = 255;
const MAX_DURATION_S = 255;
const MAX_POINTS = 1000;

/** `true`, or `{vehicles: ids, categories: kinds}` with one of the two at least. `false` is as if it were absent. */
export function readOnTerminal(given: unknown, problems: Problems): OnTerminal | undefined {
  if (given === undefined || given === null || given === false) return undefined;
  if (given === true) return true;
  const { vehicles, categories } = typeof given === 'object' ? (given as Record<string, unknown>) : {};
  if (vehicles === undefined && categories === undefined) {
    problems.add('properties.onTerminal', 'must be true, or an object with vehicles or categories');
    return undefined;
  }
  const named: Exclude<OnTerminal, true> = {};
  if (vehicles !== undefined) {
    if (isListOf(vehicles, (id) => typeof id === 'string' && id.length > 0 && id.length <= MAX_ID)) {
      named.vehicles = vehicles as string[];
    } else {
      problems.add('properties.onTerminal.vehicles', `must be a list of 1 to ${MAX_VEHICLES} ids of vehicles`);
    }
  }
  if (categories !== undefined) {
    if (isListOf(categories, (category) => VEHICLE_CATEGORIES.some((known) => known === category))) {
      named.categories = categories as VehicleCategory[];
    } else {
      problems.add('properties.onTerminal.categories', `must be one or more of ${VEHICLE_CATEGORIES.join(', ')}`);
    }
  }
  return named;
}

/** Names everything of a fence that terminals have no means to keep. `geometry` and `properties` are good in themselves. */
export function checkOnTerminal(geometry: FenceGeometry, properties: FenceProperties, problems: Problems): void {
  const cannot = (path: string, why: string) => problems.add(path, `onTerminal: ${why}`);
  switch (geometry.type) {
    case 'MultiPolygon':
      cannot('geometry.type', 'an area of a terminal is one polygon; send a fence for each');
      break;
    case 'Polygon':
      if (geometry.coordinates.length > 1) cannot('geometry.coordinates[1]', 'an area of a terminal has no holes');
      checkCount(geometry.coordinates[0].length - 1, 'geometry.coordinates[0]');
      checkHemispheres(geometry.coordinates[0]);
      break;
    case 'LineString':
      checkCount(geometry.coordinates.length, 'geometry.coordinates');
      if (segmentWidths(geometry.coordinates.length - 1, properties).some((width) => width > MAX_WIDTH_M)) {
        cannot('properties.width', `a route of a terminal is at most ${MAX_WIDTH_M} m wide`);
      }
      break;
    case 'Point':
      break;
  }
  const limits = properties.rules.filter((rule) => rule.type === 'overspeed');
  if (limits.length > 1) cannot('properties.rules', 'an area of a terminal has one speed limit');
  if (limits.some(({ duration = 0 }) => duration > MAX_DURATION_S)) {
    cannot('properties.rules', `a terminal waits at most ${MAX_DURATION_S} s before it calls it overspeed`);
  }
  for (const [i, { timing, schedule }] of properties.rules.entries()) {
    if (timing) cannot(`properties.rules[${i}].timing`, 'a terminal keeps no timing but the duration of overspeed');
    if (schedule) cannot(`properties.rules[${i}].schedule`, 'a terminal keeps no schedule but the hours of the fence');
  }

  function checkCount(points: number, path: string): void {
    if (points > MAX_POINTS) cannot(path, `has ${points} corners; a terminal is given at most ${MAX_POINTS}`);
  }

  /** The attribute of an area says once for all corners which hemispheres it lies in. */
  function checkHemispheres(ring: readonly Place[]): void {
    const both = (axis: number) => ring.some((place) => place[axis] < 0) && ring.some((place) => place[axis] > 0);
    if (both(0)) cannot('geometry.coordinates[0]', 'an area of a terminal cannot cross the meridians of 0° and 180°');
    if (both(1)) cannot('geometry.coordinates[0]', 'an area of a terminal cannot cross the equator');
  }
}

function isListOf(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_VEHICLES && value.every(fits);
}
