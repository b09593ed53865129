import type { Pool } from 'pg';
import { UNRELIABLE } from '../model/quality.js';
import { type CopiedRows, copyOut, integerSql, microsSql, msOf, numberSql, timeSql } from './copy-out.js';
import { tenths } from './position-rows.js';
import { type Bounds, tilesTouching } from './tile.js';

/** Places in one question to the database. */
const PAGE_PLACES = 50_000;
/** What many vehicles reported is asked for by this much time at once. */
const WINDOW_MS = 600_000;

/** A place that may be relied on (tracks/usable.ts). */
export interface Place {
  vehicleNo: number;
  /** Epoch ms. */
  fixTime: number;
  lon: number;
  lat: number;
}

/** A reliable fix among those of many vehicles; NaN where not known. */
export interface Report extends Place {
  speedKmh: number;
  headingDeg: number;
}

/**
 * Places within these bounds with from ≤ time < to (epoch ms), of the vehicles with a number above `afterVehicle`, in order
 * of vehicle and time. Between two pages nothing is held; who stops reading stops the work.
 */
export async function* placePages(
  pool: Pool,
  bounds: Bounds,
  from: number,
  to: number,
  afterVehicle: number,
  pagePlaces = PAGE_PLACES,
): AsyncGenerator<Place[]> {
  const area = areaSql(bounds);
  let vehicleNo = afterVehicle;
  let time = `'infinity'`;
  for (;;) {
    const rows = await copyOut(
      pool,
      `select time, vehicle_no, lon, lat from all_positions
       where ${area} and time >= ${timeSql(from)} and time < ${timeSql(to)}
         and vehicle_no >= ${integerSql(vehicleNo)} and (vehicle_no, time) > (${integerSql(vehicleNo)}, ${time})
       order by vehicle_no, time limit ${integerSql(pagePlaces)}`,
    );
    const { items, micros } = read(rows, placeOf);
    const whole = rows.count < pagePlaces ? items.length : withoutLast(items, micros);
    if (whole > 0) yield whole < items.length ? items.slice(0, whole) : items;
    if (rows.count < pagePlaces) return;
    vehicleNo = items[whole - 1].vehicleNo;
    time = microsSql(micros[whole - 1]);
  }
}

/**
 * What was reported within these bounds with from ≤ time < to (epoch ms), in order of time. It is asked for some minutes at a
 * time, so that neither side sorts more than that; between two pages nothing is held.
 */
export async function* reportPages(
  pool: Pool,
  bounds: Bounds,
  from: number,
  to: number,
  pagePlaces = PAGE_PLACES,
): AsyncGenerator<Report[]> {
  const area = areaSql(bounds);
  for (let start = from; start < to; start += WINDOW_MS) {
    let time = timeSql(start);
    let vehicleNo = -1;
    for (;;) {
      const rows = await copyOut(
        pool,
        `select time, vehicle_no, lon, lat, speed, heading from all_positions
         where ${area} and time < ${timeSql(Math.min(start + WINDOW_MS, to))} and time >= ${time}
           and (time, vehicle_no) > (${time}, ${integerSql(vehicleNo)})
         order by time, vehicle_no limit ${integerSql(pagePlaces)}`,
      );
      const { items, micros } = read(rows, reportOf);
      const whole = rows.count < pagePlaces ? items.length : withoutLast(items, micros);
      if (whole > 0) yield whole < items.length ? items.slice(0, whole) : items;
      if (rows.count < pagePlaces) break;
      vehicleNo = items[whole - 1].vehicleNo;
      time = microsSql(micros[whole - 1]);
    }
  }
}

/**
 * How many of a full page's items come before those with the key of the last one. A vehicle may have several fixes of one
 * time, by other sources or in one second, and the next page, which begins behind a key, must find all of them or none: so
 * the last key is left to it. A page is longer than one key can be.
 */
function withoutLast(items: readonly Place[], micros: Float64Array): number {
  let n = items.length - 1;
  const last = items[n];
  while (n > 0 && micros[n - 1] === micros[n] && items[n - 1].vehicleNo === last.vehicleNo) n--;
  return n > 0 ? n : items.length;
}

function read<T>(rows: CopiedRows, itemOf: (rows: CopiedRows, fixTime: number) => T) {
  const micros = new Float64Array(rows.count);
  const items: T[] = [];
  for (let i = 0; i < rows.count; i++) {
    rows.row();
    micros[i] = rows.micros();
    items.push(itemOf(rows, msOf(micros[i])));
  }
  return { items, micros };
}

/** Columns after the time, of both kinds of rows and then of reports only. */
function placeOf(rows: CopiedRows, fixTime: number): Place {
  return { fixTime, vehicleNo: rows.int(), lon: rows.double(), lat: rows.double() };
}

function reportOf(rows: CopiedRows, fixTime: number): Report {
  return { ...placeOf(rows, fixTime), speedKmh: tenths(rows.real()), headingDeg: rows.int() };
}

/**
 * Reliable fixes within the bounds. Stored tiles go by the index of (tile, time); where they are too many, time alone is
 * the better way in.
 */
function areaSql(bounds: Bounds): string {
  const { west, south, east, north } = bounds;
  const { up, numbers } = tilesTouching(bounds);
  // Beyond 180° a place has the longitude of another turn.
  const turns = [0, ...(east > 180 ? [360] : []), ...(west < -180 ? [-360] : [])];
  const within = turns
    .map((turn) => `lon between ${numberSql(west - turn)} and ${numberSql(east - turn)}`)
    .join(' or ');
  return `${up === 0 ? 'tile' : `(tile >> ${up})`} = any('{${numbers.join(',')}}')
    and (${within}) and lat between ${numberSql(south)} and ${numberSql(north)}
    and quality & ${UNRELIABLE} = 0`;
}
