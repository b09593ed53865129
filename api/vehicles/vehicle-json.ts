import type { Catalog } from '../../model/catalog.js';
import { type DrawnDatum, placeIn } from '../../model/datum-shift.js';
import type { Driver } from '../../model/driver.js';
import type { Fleet } from '../../model/fleet.js';
import { occupancyOf } from '../../model/occupancy.js';
import { isOnline, onlineUntil } from '../../model/online.js';
import { Position } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { TerminalRef, Vehicle } from '../../model/vehicle.js';
import type { Vessel } from '../../model/vessel.js';
import { maskDriver } from '../output/mask.js';
import { VEHICLE_ID, writeFix, writePosition } from '../output/position-text.js';
import { ascii, TextWriter } from '../output/text-writer.js';
import { VehicleParts } from './vehicle-parts.js';

const ONLINE = ascii(',"online":true}');
const OFFLINE = ascii(',"online":false}');

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
}

/**
 * Vehicles as JSON bytes. Those of the API are kept until something of them changes: a list of a thousand vehicles is then
 * a thousand copies of bytes (about a third of the time of writing them anew). Items of the stream are written because
 * something changed, and shared by tile: of them only what stays the same from fix to fix is kept.
 */
export class VehicleJson {
  readonly #written: (Written | undefined)[] = [];
  readonly #row = new Position(); // reused: writePosition keeps nothing of it
  readonly #out = new TextWriter();
  readonly #parts = new VehicleParts(itemHead, itemTail);

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

  /** Until when it is online if nothing more comes, epoch ms. */
  onlineUntil(no: number): number {
    return onlineUntil(this.fleet, no, this);
  }

  /** `{"id", "plate", …, "position": {…}|null}` (contract §5). */
  state(vehicle: Vehicle, now: number): Buffer {
    return this.#write(vehicle, now).state;
  }

  /** Writes an item of the stream: the position, its place in `datum`, with plate, category and online. The vehicle has a fix. */
  writeItem(out: TextWriter, vehicle: Vehicle, now: number, datum: DrawnDatum = 'wgs84'): void {
    this.#parts.writeHead(out, vehicle);
    const row = this.fleet.read(vehicle.no, this.#row);
    if (datum !== 'wgs84') [row.lon, row.lat] = placeIn(datum, [row.lon, row.lat]);
    writeFix(out, row);
    this.#parts.writeTail(out, vehicle);
    out.raw(this.online(vehicle.no, now) ? ONLINE : OFFLINE);
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
    const out = this.#out;
    out.text('{"id":').raw(id);
    out.text(
      `,"plate":${JSON.stringify(vehicle.plate)},"plateColor":${vehicle.plateColor},"category":"${vehicle.category}",` +
        `"company":${JSON.stringify(vehicle.company)},"region":${JSON.stringify(vehicle.region)},` +
        `"terminals":${JSON.stringify(terminals)},"online":${online},"lastSeen":`,
    );
    out.jsonTime(at(fleet.contactTime, no));
    out.text(
      `,"driver":${driverText(driver)},"occupancy":${occupancyText(fleet, no)},${vesselText(vessel)}"position":`,
    );
    const hasFix = fleet.hasFix(no);
    if (hasFix) writePosition(out, this.fleet.read(no, this.#row), id);
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
    };
  }
}

function itemHead({ id }: Vehicle): Uint8Array {
  return Buffer.concat([VEHICLE_ID, Buffer.from(JSON.stringify(id))]);
}

function itemTail({ plate, category }: Vehicle): Uint8Array {
  return Buffer.from(`,"plate":${JSON.stringify(plate)},"category":"${category}"`);
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
