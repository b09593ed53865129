import { Position } from '../model/position.js';

/** What `positionOf` reads, for `rowMode: 'array'`; the time comes as text too, because as text it can go back exactly, and
 * under another name, because `order by time` would mean that column and sort text. */
export const TRACK_COLUMNS = `
  time::text as key, extract(epoch from time)::double precision * 1000, extract(epoch from received_at)::double precision * 1000,
  lon, lat, altitude, speed, heading, mileage, flags, alarms, alarm_word, status_word, items, vehicle_no, source, quality,
  sub_seq`;
export const TRACK_SOURCE = 15;
export const TRACK_SUB_SEQ = 17;

export type TrackRow = [
  time: string,
  fixTime: number,
  receivedTime: number,
  lon: number | null,
  lat: number | null,
  altitude: number | null,
  speed: number | null,
  heading: number | null,
  mileage: number | null,
  flags: number,
  alarms: number,
  alarmWord: number,
  statusWord: number,
  items: Buffer | null,
  vehicleNo: number,
  source: number,
  quality: number,
  subSeq: number,
];

/** As it came from the log; only its number in the log is not kept. */
export function positionOf(row: TrackRow): Position {
  const p = new Position();
  p.fixTime = Math.round(row[1]);
  p.receivedTime = Math.round(row[2]);
  p.lon = row[3] ?? NaN;
  p.lat = row[4] ?? NaN;
  p.altitudeM = row[5] ?? NaN;
  p.speedKmh = row[6] ?? NaN;
  p.headingDeg = row[7] ?? NaN;
  p.mileageKm = row[8] ?? NaN;
  p.flags = row[9];
  p.alarms = row[10] >>> 0;
  p.alarmWord = row[11] >>> 0;
  p.statusWord = row[12] >>> 0;
  p.items = row[13];
  p.vehicleNo = row[14];
  p.source = row[15];
  p.quality = row[16] & 0xffff;
  p.subSeq = row[17];
  return p;
}
