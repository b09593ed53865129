import type { Catalog } from '../model/catalog.js';
import type { Driver } from '../model/driver.js';
import type { Fleet } from '../model/fleet.js';
import { occupancyOf } from '../model/occupancy.js';
import { isOnline } from '../model/online.js';
import { Position } from '../model/position.js';
import { msToRfc3339 } from '../model/units.js';
import type { TerminalRef, Vehicle } from '../model/vehicle.js';
import type { Vessel } from '../model/vessel.js';
import { maskDriver } from './mask.js';
import { writePosition } from './position-text.js';
import { TextWriter } from './text-writer.js';

/** One vehicle's JSON, with everything that it was written from, so that a glance tells whether it still holds. */
interface Written {
  vehicle: Vehicle;
  terminals: readonly TerminalRef[];
  driver: Driver | null;
  vessel: Vessel | undefined;
  online: boolean;
  contactTime: number;
  fixTime: number;
  receivedTime: number;
  lon: number;
  lat: number;
  alarms: number;
  statusWord: number;
  quality: number;
  /** The vehicle as the API shows it. */
  state: Buffer;
  /** Where in `state` its position lies, without the closing brace; one place where it has none. */
  positionStart: number;
  positionEnd: number;
  /** What follows the position in an item of the stream. */
  tail: Buffer;
}

/**
 * Vehicles as JSON bytes, written once per change and shared by the API and by every watcher of the stream: a list of
 * a thousand vehicles is then a thousand copies of bytes (about a third of the time of writing them anew).
 */
export class VehicleJson {
  readonly #written: (Written | undefined)[] = [];
  readonly #row = new Position(); // reused: writePosition keeps nothing of it
  readonly #out = new TextWriter();

  constructor(
    readonly catalog: Catalog,
    readonly fleet: Fleet,
    readonly onlineMs: number,
    readonly vesselOnlineMs = onlineMs,
  ) {}

  /** True where something of vehicle `no` came within the time before `now` that its kind is given. */
  online(no: number, now: number): boolean {
    return isOnline(this.fleet, no, now, this);
  }

  /** `{"id", "plate", …, "position": {…}|null}` (contract §5). */
  state(vehicle: Vehicle, now: number): Buffer {
    return this.#write(vehicle, now).state;
  }

  /** Adds to `pieces` an item of the stream: the position with plate, category and online; returns its bytes. */
  pushItem(vehicle: Vehicle, now: number, pieces: Buffer[]): number {
    const { state, positionStart, positionEnd, tail } = this.#write(vehicle, now);
    pieces.push(state.subarray(positionStart, positionEnd), tail);
    return positionEnd - positionStart + tail.length;
  }

  #write(vehicle: Vehicle, now: number): Written {
    const { no } = vehicle;
    const { fleet } = this;
    const known = this.#written[no];
    const online = this.online(no, now);
    const driver = this.catalog.drivers.get(no)?.driver ?? null;
    const vessel = this.catalog.vessels.get(no);
    if (
      known &&
      known.vehicle === vehicle &&
      known.terminals === vehicle.terminals &&
      known.driver === driver &&
      known.vessel === vessel &&
      known.online === online &&
      // Object.is: NaN, before the first fix, equals itself.
      Object.is(known.contactTime, at(fleet.contactTime, no)) &&
      Object.is(known.fixTime, at(fleet.fixTime, no)) &&
      Object.is(known.receivedTime, at(fleet.receivedTime, no)) &&
      Object.is(known.lon, at(fleet.lon, no)) &&
      Object.is(known.lat, at(fleet.lat, no)) &&
      known.alarms === fleet.alarms[no] &&
      known.statusWord === fleet.statusWord[no] &&
      known.quality === fleet.quality[no]
    ) {
      return known;
    }
    return (this.#written[no] = this.#writeAnew(vehicle, driver, vessel, online));
  }

  #writeAnew(vehicle: Vehicle, driver: Driver | null, vessel: Vessel | undefined, online: boolean): Written {
    const { fleet } = this;
    const { no, terminals } = vehicle;
    const id = Buffer.from(JSON.stringify(vehicle.id));
    const plate = JSON.stringify(vehicle.plate);
    const out = this.#out;
    out.text('{"id":').raw(id);
    out.text(
      `,"plate":${plate},"plateColor":${vehicle.plateColor},"category":"${vehicle.category}",` +
        `"company":${JSON.stringify(vehicle.company)},"region":${JSON.stringify(vehicle.region)},` +
        `"terminals":${JSON.stringify(terminals)},"online":${online},"lastSeen":`,
    );
    out.jsonTime(at(fleet.contactTime, no));
    out.text(
      `,"driver":${driverText(driver)},"occupancy":${occupancyText(fleet, no)},${vesselText(vessel)}"position":`,
    );
    const positionStart = out.length;
    const hasFix = fleet.hasFix(no);
    if (hasFix) writePosition(out, this.#position(no), id);
    const positionEnd = out.length;
    out.text(hasFix ? '}}' : 'null}');
    return {
      vehicle,
      terminals,
      driver,
      vessel,
      online,
      contactTime: at(fleet.contactTime, no),
      fixTime: at(fleet.fixTime, no),
      receivedTime: at(fleet.receivedTime, no),
      lon: at(fleet.lon, no),
      lat: at(fleet.lat, no),
      alarms: fleet.alarms[no],
      statusWord: fleet.statusWord[no],
      quality: fleet.quality[no],
      state: out.take(),
      positionStart,
      positionEnd,
      tail: Buffer.from(`,"plate":${plate},"category":"${vehicle.category}","online":${online}}`),
    };
  }

  #position(no: number): Position {
    const { fleet } = this;
    const p = this.#row;
    p.fixTime = fleet.fixTime[no];
    p.receivedTime = fleet.receivedTime[no];
    p.lon = fleet.lon[no];
    p.lat = fleet.lat[no];
    p.speedKmh = fleet.speedKmh[no];
    p.headingDeg = fleet.headingDeg[no];
    p.altitudeM = fleet.altitudeM[no];
    p.alarms = fleet.alarms[no];
    p.statusWord = fleet.statusWord[no];
    p.mileageKm = fleet.mileageKm[no];
    p.source = fleet.source[no];
    p.quality = fleet.quality[no];
    p.flags = fleet.flags[no];
    return p;
  }
}

function occupancyText(fleet: Fleet, no: number): string {
  const known = fleet.has(no) ? occupancyOf({ source: fleet.source[no], statusWord: fleet.statusWord[no] }) : null;
  return JSON.stringify(known);
}

/** Of ships only. */
function vesselText(vessel: Vessel | undefined): string {
  if (vessel === undefined) return '';
  return `"vessel":${JSON.stringify({ ...vessel, at: msToRfc3339(vessel.at) })},`;
}

function driverText(driver: Driver | null): string {
  if (driver === null) return 'null';
  return JSON.stringify({ ...maskDriver(driver), since: msToRfc3339(driver.since) });
}

/** A vehicle that was registered but never heard of may lie beyond the fleet's columns. */
function at(column: Float64Array, no: number): number {
  return no < column.length ? column[no] : NaN;
}
