import { Writer } from './protobuf.js';

/** What a publisher of ours says of one fix; units and names of docs/cheji-v1.proto. */
export interface V1Position {
  /** Epoch ms. */
  t: number;
  lon: number;
  lat: number;
  speedKmh?: number;
  headingDeg?: number;
  altitudeM?: number;
  mileageKm?: number;
  alarm?: number;
  status?: number;
  vehicleId?: string;
}

/** One `Position`. */
export function v1Position(fix: V1Position): Uint8Array {
  return write(Writer.create(), fix, 0, 0, 0).finish();
}

/** A `PositionBatch`: items as differences to the first of them, which is what makes them small. */
export function v1Batch(fixes: readonly V1Position[]): Uint8Array {
  const writer = Writer.create();
  if (fixes.length === 0) return writer.finish();
  const [{ t, lon, lat }] = fixes;
  const [lonE7, latE7] = [Math.round(lon * 1e7), Math.round(lat * 1e7)];
  for (const fix of fixes) write(writer.uint32(tag(1, BYTES)).fork(), fix, t, lonE7, latE7).ldelim();
  writer.uint32(tag(2, VARINT)).sint64(t);
  writer.uint32(tag(3, VARINT)).sint32(lonE7);
  writer.uint32(tag(4, VARINT)).sint32(latE7);
  return writer.finish();
}

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function write(w: Writer, fix: V1Position, baseT: number, baseLonE7: number, baseLatE7: number): Writer {
  w.uint32(tag(1, VARINT)).sint64(fix.t - baseT);
  w.uint32(tag(2, VARINT)).sint32(Math.round(fix.lon * 1e7) - baseLonE7);
  w.uint32(tag(3, VARINT)).sint32(Math.round(fix.lat * 1e7) - baseLatE7);
  if (fix.speedKmh !== undefined) w.uint32(tag(4, VARINT)).uint32(Math.round(fix.speedKmh * 10));
  if (fix.headingDeg !== undefined) w.uint32(tag(5, VARINT)).uint32(Math.round(fix.headingDeg * 100) % 36_000);
  if (fix.altitudeM !== undefined) w.uint32(tag(6, VARINT)).sint32(Math.round(fix.altitudeM));
  if (fix.mileageKm !== undefined) w.uint32(tag(8, VARINT)).uint32(Math.round(fix.mileageKm * 10));
  if (fix.alarm) w.uint32(tag(9, FIXED32)).fixed32(fix.alarm);
  if (fix.status !== undefined) w.uint32(tag(10, FIXED32)).fixed32(fix.status);
  if (fix.vehicleId !== undefined) w.uint32(tag(16, BYTES)).string(fix.vehicleId);
  return w;
}
