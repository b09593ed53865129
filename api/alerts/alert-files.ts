import type { Alert } from '../../model/alert.js';
import { RECORD_SEPARATOR } from '../../model/record-separator.js';
import { type Column, CSV_TYPE, csvBody, csvHead } from '../output/table.js';

import { ParquetTable } from '../track/parquet-table.js';

type Chunk = string | Uint8Array;

/** A file of alerts, written a page at a time: what `cheji export` writes and what the API answers. */
export interface AlertFile {
  contentType: string;
  /** Ending of the file's name. */
  extension: string;
  /** Nothing but alerts comes after the beginning, so that a file which was broken off may be gone on with. */
  resumable: boolean;
  begin(): Promise<Chunk>;
  alerts(page: readonly Alert[]): Promise<Chunk>;
  end(): Promise<Chunk>;
}

const moment = (text: string | null): Date | null => (text === null ? null : new Date(text));

const COLUMNS: Column<Alert>[] = [
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
  { name: 'company', type: 'STRING', value: (a) => a.company },
  { name: 'region', type: 'STRING', value: (a) => a.region },
  { name: 'assigned_to', type: 'STRING', value: (a) => a.assignment?.to ?? null },
  { name: 'overdue', type: 'BOOLEAN', value: (a) => a.overdue },
];

export const ALERT_FILES = {
  csv: () => ({
    contentType: CSV_TYPE,
    extension: 'csv',
    resumable: true,
    begin: () => csvHead(COLUMNS),
    alerts: (page) => csvBody(COLUMNS, page),
    end: async () => '',
  }),
  geojson: () => {
    let separator = '';
    return {
      contentType: 'application/geo+json; charset=utf-8',
      extension: 'geojson',
      resumable: false,
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
    contentType: 'application/geo+json-seq',
    extension: 'geojsonl',
    resumable: true,
    begin: async () => '',
    alerts: async (page) => page.map((alert) => `${RECORD_SEPARATOR}${feature(alert)}\n`).join(''),
    end: async () => '',
  }),
  parquet: () => {
    const table = new ParquetTable(COLUMNS);
    return {
      contentType: 'application/vnd.apache.parquet',
      extension: 'parquet',
      resumable: false,
      begin: async () => '',
      alerts: async (page) => table.add(page),
      end: () => table.finish(),
    };
  },
} as const satisfies Record<string, () => AlertFile>;

export type AlertFormat = keyof typeof ALERT_FILES;
export const ALERT_FORMATS = Object.keys(ALERT_FILES) as [AlertFormat, ...AlertFormat[]];

/** The whole file, or what comes behind its beginning (`begun`), as pages come that have at least one alert each. */
export async function* alertFile(
  file: AlertFile,
  pages: AsyncIterable<readonly Alert[]>,
  begun = false,
): AsyncIterable<Chunk> {
  if (!begun) yield await file.begin();
  for await (const page of pages) yield await file.alerts(page);
  yield await file.end();
}

/** A point where the alert occurred, with the alert as its properties. */
function feature(alert: Alert): string {
  const { lon, lat } = alert.position;
  const geometry = lon === null || lat === null ? null : { type: 'Point', coordinates: [lon, lat] };
  return JSON.stringify({ type: 'Feature', id: alert.id, geometry, properties: alert });
}
