import { DATUMS, type Datum } from '../../model/datum.js';
import { LOCATED, Position } from '../../model/position.js';
import { ALARM_MASKS } from '../jt808/alarm-bits.js';
import { keepExtras } from './extras.js';
import { type Json, refusal, refusedWhole, tooLarge } from './json.js';
import { emptyPayload, MAX_ITEMS, MAX_PAYLOAD_BYTES, type MqttPayload } from './payload.js';
import { Reader } from './protobuf.js';
import { BUSINESS, EARLIEST, isVehicleId, LATEST, statusFlags, type V1Place } from './v1-facts.js';

/** The most of `raw` that is kept with a fix. */
const MAX_RAW_BYTES = 4096;
const WIRE_TYPE_BITS = 3;
const LENGTH_DELIMITED = 2;
/** Of a tag: field 1, bytes. */
const ITEM = (1 << WIRE_TYPE_BITS) | LENGTH_DELIMITED;

/** Times and places that items of a batch are differences to. */
interface Base {
  timeMs: number;
  lonE7: number;
  latE7: number;
}
const NO_BASE: Base = { timeMs: 0, lonE7: 0, latE7: 0 };

/**
 * Our own protobuf (docs/cheji-v1.proto): `Position` on topics of one, `PositionBatch` on topics of many. Read field by field
 * without an object in between: this is the densest feed there is. Never throws.
 */
export function readV1Protobuf(payload: Buffer, place: V1Place): MqttPayload {
  if (payload.length > MAX_PAYLOAD_BYTES) return tooLarge(payload);
  if (place.kind === 'status' || place.kind === 'event' || place.kind === 'ack')
    return refusedWhole('not-json', 'must be JSON on this topic');
  const out = emptyPayload();
  try {
    const reader = Reader.create(payload);
    // One position begins with its time, field 1 too, but as a number.
    if (place.kind === 'position' || (place.kind === 'any' && payload[0] !== ITEM)) {
      readPosition(reader, payload.length, NO_BASE, '', place, out);
    } else {
      readBatch(reader, place, out);
    }
  } catch (error) {
    return refusedWhole('not-protobuf', `no protobuf of ours: ${(error as Error).message}`);
  }
  return out;
}

/** Two passes: what items are differences to may stand behind them. */
function readBatch(reader: Reader, place: V1Place, out: MqttPayload): void {
  const starts: number[] = [];
  const base = { ...NO_BASE };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    switch (tag >>> WIRE_TYPE_BITS) {
      case 1:
        starts.push(reader.pos);
        reader.skip(reader.uint32());
        break;
      case 2:
        base.timeMs = Number(reader.sint64());
        break;
      case 3:
        base.lonE7 = reader.sint32();
        break;
      case 4:
        base.latE7 = reader.sint32();
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  if (starts.length > MAX_ITEMS) {
    out.refused.push(refusal('', `${starts.length} items, at most ${MAX_ITEMS}`));
    return;
  }
  for (let i = 0; i < starts.length; i++) {
    reader.pos = starts[i];
    const length = reader.uint32();
    readPosition(reader, reader.pos + length, base, `items[${i}].`, place, out);
  }
}

function readPosition(reader: Reader, end: number, base: Base, path: string, place: V1Place, out: MqttPayload): void {
  const p = new Position();
  let timeMs = base.timeMs;
  let lonE7 = base.lonE7;
  let latE7 = base.latE7;
  let hasStatus = false;
  let id = '';
  let datum: Datum | undefined;
  let extras: Json | null = null;
  let wrong = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    switch (tag >>> WIRE_TYPE_BITS) {
      case 1:
        timeMs += Number(reader.sint64());
        break;
      case 2:
        lonE7 += reader.sint32();
        break;
      case 3:
        latE7 += reader.sint32();
        break;
      case 4:
        p.speedKmh = reader.uint32() / 10;
        if (p.speedKmh > 400) wrong ||= 'speed_dkmh: must be at most 4000';
        break;
      case 5:
        p.headingDeg = reader.uint32() / 100;
        if (p.headingDeg >= 360) wrong ||= 'heading_cdeg: must be under 36000';
        break;
      case 6:
        p.altitudeM = reader.sint32();
        if (p.altitudeM < -1000 || p.altitudeM > 20_000) wrong ||= 'alt_m: must be from -1000 to 20000';
        break;
      case 7:
        extras ??= {};
        extras.accuracyM = reader.uint32() / 10;
        break;
      case 8:
        p.mileageKm = reader.uint32() / 10;
        break;
      case 9:
        p.alarmWord = reader.fixed32();
        p.alarms = (p.alarmWord & ALARM_MASKS[2019]) >>> 0;
        break;
      case 10:
        p.statusWord = reader.fixed32();
        hasStatus = true;
        break;
      case 11: {
        const number = reader.uint32();
        if (number > BUSINESS.length) wrong ||= 'biz: is no value of Biz';
        else if (number > 0) (extras ??= {}).business = BUSINESS[number - 1];
        break;
      }
      case 12:
        (extras ??= {}).order = reader.string();
        break;
      case 13:
        (extras ??= {}).driver = reader.string();
        break;
      case 14:
        (extras ??= {}).sequence = reader.uint32();
        break;
      case 15: {
        const number = reader.uint32();
        if (number > DATUMS.length) wrong ||= 'datum: is no value of Datum';
        else if (number > 0) datum = DATUMS[number - 1];
        break;
      }
      case 16:
        id = reader.string();
        break;
      case 17:
        (extras ??= {}).raw = Buffer.from(reader.bytes().subarray(0, MAX_RAW_BYTES)).toString('hex');
        break;
      default:
        reader.skipType(tag & 7);
    }
  }
  if (reader.pos !== end) throw new RangeError(`${path || 'the position'} does not end where it says`);
  p.fixTime = timeMs;
  p.lon = lonE7 / 1e7;
  p.lat = latE7 / 1e7;
  p.flags = hasStatus ? statusFlags(p.statusWord) : LOCATED;
  wrong ||= problemOf(p, id, place, extras);
  if (wrong !== '') {
    const [field, message] = wrong.split(': ');
    out.refused.push(refusal(path + field, message));
    return;
  }
  if (extras !== null) keepExtras(p, extras);
  out.fixes.push({ terminal: place.terminal(place.id ?? id), position: p, datum });
}

/** `field: what is wrong`, or ''. */
function problemOf(p: Position, id: string, place: V1Place, extras: Json | null): string {
  if (!(p.fixTime >= EARLIEST && p.fixTime <= LATEST)) return 't_ms: must be a time from 2000 to 2100';
  if (!(Math.abs(p.lon) <= 180)) return 'lon_e7: must be from -180 to 180 degrees';
  if (!(Math.abs(p.lat) <= 90)) return 'lat_e7: must be from -90 to 90 degrees';
  if (place.id === null) {
    if (!isVehicleId(id)) return 'vehicle_id: must be 1 to 64 letters, digits, _ or -';
  } else if (id !== '' && id !== place.id) {
    return `vehicle_id: is ${id.slice(0, 64)}, and the topic says ${place.id}`;
  }
  if (extras === null) return '';
  if (String(extras.order ?? '').length > 64) return 'order_id: must be at most 64 characters';
  if (String(extras.driver ?? '').length > 64) return 'driver_id: must be at most 64 characters';
  return '';
}
