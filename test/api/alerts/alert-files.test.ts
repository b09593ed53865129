import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { ALERT_FILES, type AlertFormat, alertFile } from '../../../api/alerts/alert-files.js';
import type { Alert } from '../../../model/alert.js';
import { alert } from '../support.js';

const handling = { action: 'dismiss', by: 'admin', note: '=HYPERLINK("x")', at: '2024-05-01T09:00:00Z' } as const;
const pages = () => [[alert({ plate: '苏B1', handling }), alert()], [alert({ clearedAt: '2024-05-01T08:05:00.000Z' })]];

async function written(format: AlertFormat, of: Alert[][]): Promise<Buffer> {
  async function* pages() {
    yield* of;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of alertFile(ALERT_FILES[format](), pages())) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test('csv: a row per alert, and no note that a spreadsheet would run', async () => {
  const of = pages();
  const lines = (await written('csv', of)).toString().trimEnd().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^id,type,severity,state,vehicle_id,plate,/);
  expect(lines[1]).toContain(`${of[0][0].id},fence-enter,warning,raised,v1,苏B1,f1,`);
  expect(lines[1]).toContain(`dismiss,admin,"'=HYPERLINK(""x"")",2024-05-01T09:00:00.000Z`);
});

test('geojson and geojsonseq: the same points', async () => {
  const of = pages();
  const { features } = JSON.parse((await written('geojson', of)).toString());
  const sequence = (await written('geojsonseq', of))
    .toString()
    .split('\x1e')
    .slice(1)
    .map((text) => JSON.parse(text));
  expect(features).toEqual(sequence);
  expect(features[0]).toMatchObject({
    geometry: { type: 'Point', coordinates: [120.3, 31.5] },
    properties: { plate: '苏B1' },
  });
  expect(JSON.parse((await written('geojson', [])).toString())).toEqual({ type: 'FeatureCollection', features: [] });
});

test('parquet: times as times, nulls as nulls', async () => {
  const bytes = await written('parquet', pages());
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  expect(rows[2]).toMatchObject({
    occurred_utc: new Date('2024-05-01T08:00:00Z'),
    cleared_utc: new Date('2024-05-01T08:05:00Z'),
    handled: null,
    lon: 120.3,
  });
});
