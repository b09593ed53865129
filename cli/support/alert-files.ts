import { writeToString } from 'fast-csv';
import { guardCell } from '../../api/track/csv.js';
import { RECORD_SEPARATOR } from '../../api/track/geojson.js';
import { type ParquetColumn, ParquetTable } from '../../api/track/parquet-table.js';
import type { Alert } from '../../model/alert.js';

type Chunk = string | Uint8Array;

/** A file of alerts, written a page at a time. */
export interface AlertFile {
  begin(): Promise<Chunk>;
  alerts(page: readonly Alert[]): Promise<Chunk>;
  end(): Promise<Chunk>;
}

const moment = (text: string | null): Date | null => (text === null ? null : new Date(text));

const COLUMNS: ParquetColumn<Alert>[] = [
  { name: 'id', type: 'STRING', value: (a) => a.id },
  { name: 'type', type: 'STRING', value: (a) => a.type },
  { name: 'severity', type: 'STRING', value: (a) => a.severity },
  { name: 'state', type: 'STRING', value: (a) => a.state },
  { name: 'vehicle_id', type: 'STRING', value: (a) => a.vehicleId },
  { name: 'plate', type: 'STRING', value: (a) => a.plate },
  { name: 'fence_id', type: 'STRING', value: (a) => a.fenceId },
  { name: 'rule_id', type: 'STRING', value: (a) => a.ruleId },
  { name: 'occurred_utc', type: 'TIMESTAMP', value: (a) => moment(a.occurredAt) },
  { name: 'detected_utc', type: 'TIMESTAMP', value: (a) => moment(a.detectedAt) },
  { name: 'cleared_utc', type: 'TIMESTAMP', value: (a) => moment(a.clearedAt) },
  { name: 'lon', type: 'DOUBLE', value: (a) => a.position.lon },
  { name: 'lat', type: 'DOUBLE', value: (a) => a.position.lat },
  { name: 'speed_kmh', type: 'DOUBLE', value: (a) => a.position.speed },
  { name: 'handled', type: 'STRING', value: (a) => a.handling?.action ?? null },
  { name: 'handled_by', type: 'STRING', value: (a) => a.handling?.by ?? null },
  { name: 'note', type: 'STRING', value: (a) => a.handling?.note ?? null },
  { name: 'handled_utc', type: 'TIMESTAMP', value: (a) => moment(a.handling?.at ?? null) },
];

export const ALERT_FILES: Record<string, () => AlertFile> = {
  csv: () => ({
    begin: () => csv([COLUMNS.map(({ name }) => name)]),
    alerts: (page) => csv(page.map((alert) => COLUMNS.map(({ value }) => cell(value(alert))))),
    end: async () => '',
  }),
  geojson: () => {
    let separator = '';
    return {
      begin: async () => '{"type":"FeatureCollection","features":[\n',
      async alerts(page) {
        const text = separator + page.map(feature).join(',\n');
        separator = ',\n';
        return text;
      },
      end: async () => '\n]}\n',
    };
  },
  geojsonseq: () => ({
    begin: async () => '',
    alerts: async (page) => page.map((alert) => `${RECORD_SEPARATOR}${feature(alert)}\n`).join(''),
    end: async () => '',
  }),
  parquet: () => {
    const table = new ParquetTable(COLUMNS);
    return { begin: async () => '', alerts: async (page) => table.add(page), end: () => table.finish() };
  },
};

function csv(rows: (string | number | null)[][]): Promise<string> {
  return writeToString(rows, { includeEndRowDelimiter: true, rowDelimiter: '\r\n' });
}

/** Notes are what people typed: no spreadsheet shall run them. */
function cell(value: string | number | boolean | Date | null): string | number | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? guardCell(value) : typeof value === 'boolean' ? Number(value) : value;
}

/** A point where the alert occurred, with the alert as its properties. */
function feature(alert: Alert): string {
  const { lon, lat } = alert.position;
  const geometry = lon === null || lat === null ? null : { type: 'Point', coordinates: [lon, lat] };
  return JSON.stringify({ type: 'Feature', id: alert.id, geometry, properties: alert });
}
