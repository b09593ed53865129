import type { Fixes } from '../../model/fixes.js';
import { ACC_KNOWN, ACC_ON, LOCATED, type Position } from '../../model/position.js';
import { qualityNames } from '../../model/quality.js';
import { SOURCE_NAMES } from '../../model/source.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { TrackFormat } from './format.js';
import { type ParquetColumn, ParquetTable } from './parquet-table.js';

export interface TrackRow {
  vehicle: Vehicle;
  p: Position;
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
const moment = (ms: number): Date | null => (Number.isNaN(ms) ? null : new Date(ms));

/** The columns of the CSV file under the same names, but for those that nothing fills; numbers as they are stored. */
const COLUMNS: ParquetColumn<TrackRow>[] = [
  { name: 'vehicle_id', type: 'STRING', value: ({ vehicle }) => vehicle.id },
  { name: 'plate', type: 'STRING', value: ({ vehicle }) => vehicle.plate },
  { name: 'plate_color', type: 'INT32', value: ({ vehicle }) => vehicle.plateColor },
  { name: 'time_utc', type: 'TIMESTAMP', value: ({ p }) => moment(p.fixTime) },
  { name: 'lon', type: 'DOUBLE', value: ({ p }) => known(p.lon) },
  { name: 'lat', type: 'DOUBLE', value: ({ p }) => known(p.lat) },
  { name: 'speed_kmh', type: 'FLOAT', value: ({ p }) => known(p.speedKmh) },
  { name: 'heading_deg', type: 'INT32', value: ({ p }) => known(p.headingDeg) },
  { name: 'altitude_m', type: 'INT32', value: ({ p }) => known(p.altitudeM) },
  { name: 'odometer_km', type: 'DOUBLE', value: ({ p }) => known(p.mileageKm) },
  { name: 'acc_on', type: 'BOOLEAN', value: ({ p }) => (p.flags & ACC_KNOWN ? (p.flags & ACC_ON) !== 0 : null) },
  { name: 'fix', type: 'BOOLEAN', value: ({ p }) => (p.flags & LOCATED) !== 0 },
  { name: 'alarm_hex', type: 'STRING', value: ({ p }) => p.alarmWord.toString(16).padStart(8, '0') },
  { name: 'status_hex', type: 'STRING', value: ({ p }) => p.statusWord.toString(16).padStart(8, '0') },
  { name: 'source', type: 'STRING', value: ({ p }) => SOURCE_NAMES[p.source] },
  { name: 'quality', type: 'STRING', value: ({ p }) => qualityNames(p.quality).join(' ') },
  { name: 'received_utc', type: 'TIMESTAMP', value: ({ p }) => moment(p.receivedTime) },
];

export function trackTable(): ParquetTable<TrackRow> {
  return new ParquetTable(COLUMNS);
}

export function* trackRows(fixes: Fixes, vehicle: Vehicle): Iterable<TrackRow> {
  for (const p of fixes) yield { vehicle, p };
}

export const parquetTrack: TrackFormat = {
  contentType: 'application/vnd.apache.parquet',
  extension: 'parquet',
  tellsCut: false,
  async *write(batches, { vehicle }) {
    const table = trackTable();
    for await (const batch of batches) yield table.add(trackRows(batch, vehicle));
    yield table.finish();
  },
};
