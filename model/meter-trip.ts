import type { Upload } from './upload.js';

/** One end of a trip as the terminal placed it; NaN where it does not say. */
export interface TripEnd {
  /** Epoch ms. */
  time: number;
  /** Degrees in the datum of the source. */
  lon: number;
  lat: number;
}

/** What the taximeter says of the trip; NaN where a figure is no number. */
export interface MeterRecord {
  /** Epoch ms, whole minutes. */
  on: number;
  off: number;
  km: number;
  /** Driven empty before it. */
  emptyKm: number;
  fareYuan: number;
  extraYuan: number;
  waitingMs: number;
  payment: string | null;
  /** The meter's own count. */
  number: number;
  plate: string;
  driver: string;
}

/** A trip of a taxi as its terminal handed it in (运营数据, JT/T 905 0x0B05): an upload of kind `trip`, read. */
export interface MeterTrip {
  id: string;
  receivedTime: number;
  pickUp: TripEnd;
  dropOff: TripEnd;
  /** Photos and ratings name it. */
  operationId: number;
  /** Order of the call centre; 0: hailed in the street. */
  orderId: number;
  rating: string | null;
  /** Null where the record was cut off. */
  meter: MeterRecord | null;
  /** What places refer to; absent for WGS-84. */
  datum: string | null;
}

type Content = Readonly<Record<string, unknown>>;

/** Bits of the status word of JT/T 905: which hemisphere a place is in; without a fix it is none. */
const NO_FIX = 1 << 0;
const SOUTH = 1 << 1;
const WEST = 1 << 2;

/** Null for an upload that is no trip. */
export function meterTripOf({ id, kind, receivedTime, content }: Upload): MeterTrip | null {
  if (kind !== 'trip') return null;
  return {
    id,
    receivedTime,
    pickUp: endOf(content.emptyToLoaded),
    dropOff: endOf(content.loadedToEmpty),
    operationId: number(content.operationId),
    orderId: number(content.callOrderId),
    rating: textOrNull(content.ratingName),
    meter: isObject(content.meter) ? meterOf(content.meter) : null,
    datum: textOrNull(content.datum),
  };
}

/** When it began and ended, epoch ms: by the terminal's positions, or else by the meter; NaN where neither says. */
export function tripTimes({ pickUp, dropOff, meter }: MeterTrip): { start: number; end: number } {
  const first = (time: number, other = Number.NaN) => (Number.isNaN(time) ? other : time);
  return { start: first(pickUp.time, meter?.on), end: first(dropOff.time, meter?.off) };
}

function endOf(block: unknown): TripEnd {
  const { time, lon, lat, status } = isObject(block) ? block : {};
  const word = number(status);
  const placed = (word & NO_FIX) === 0;
  return {
    time: timeOf(time),
    lon: placed ? number(lon) * (word & WEST ? -1 : 1) : Number.NaN,
    lat: placed ? number(lat) * (word & SOUTH ? -1 : 1) : Number.NaN,
  };
}

function meterOf(m: Content): MeterRecord {
  return {
    on: timeOf(m.on),
    off: timeOf(m.off),
    km: number(m.km),
    emptyKm: number(m.emptyKm),
    fareYuan: number(m.amountYuan),
    extraYuan: number(m.extraYuan),
    waitingMs: hoursAndMinutes(m.waitingHHmm),
    payment: textOrNull(m.paymentName),
    number: number(m.tripNumber),
    plate: textOrNull(m.plate)?.trim() ?? '',
    driver: textOrNull(m.driverCert)?.trim() ?? '',
  };
}

function hoursAndMinutes(text: unknown): number {
  const [, hours, minutes] = /^(\d\d)([0-5]\d)$/.exec(typeof text === 'string' ? text : '') ?? [];
  return hours === undefined ? Number.NaN : (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null;
}
