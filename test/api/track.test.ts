import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { guardCell } from '../../api/track/csv.js';
import { limited } from '../../api/track/read.js';
import { ACC_KNOWN, ACC_ON, LOCATED, type Position } from '../../model/position.js';
import { NO_FIX } from '../../model/quality.js';
import { fix, startTestApi, type TestApi } from './support.js';

const START = Date.UTC(2024, 4, 1, 0, 0, 0);
const DAY = 'from=2024-05-01T00:00:00Z&to=2024-05-02T00:00:00Z';

/** A vehicle with a fix per minute eastward, a gap of an hour, and one report without a place. */
async function withTrack(fixes = 10, facts = {}): Promise<TestApi> {
  const api = await startTestApi();
  const { no } = api.put('v1', {}, facts);
  const track: Position[] = [];
  for (let i = 0; i < fixes; i++) {
    const fixTime = START + i * 60_000 + (i >= fixes / 2 ? 3_600_000 : 0);
    track.push(fix(no, { fixTime, receivedTime: fixTime + 500, lon: 120 + i / 1000, lat: 31, statusWord: 0x40003 }));
  }
  track.push(
    fix(no, { fixTime: START + 8 * 3_600_000, lon: NaN, lat: NaN, flags: 0, quality: NO_FIX, altitudeM: NaN }),
  );
  api.history.fixes.set(no, track);
  api.history.batch = 3;
  return api;
}

test('json: every fix in order, times and nulls included', async () => {
  const api = await withTrack();
  const answer = await api.get(`/v1/vehicles/v1/track?${DAY}`);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const { items, cursor } = (await answer.json()) as { items: Record<string, unknown>[]; cursor: null };
  expect(cursor).toBeNull();
  expect(items).toHaveLength(11);
  expect(items[1]).toMatchObject({
    vehicleId: 'v1',
    time: '2024-05-01T00:01:00.000Z',
    lon: 120.001,
    speed: 36,
    quality: [],
  });
  expect(items[10]).toMatchObject({ lon: null, lat: null, altitude: null, quality: ['no-fix'] });
  expect(items[1]).not.toHaveProperty('extra');
});

test('json: the additional items, where they are asked for', async () => {
  const api = await withTrack();
  api.history.fixes.get(1)![0].items = new Uint8Array(5);
  const { items } = (await (await api.get(`/v1/vehicles/v1/track?${DAY}&extra=true`)).json()) as {
    items: { extra?: object }[];
  };
  expect(items[0].extra).toEqual({ source: 1, bytes: 5 });
  expect(items[1]).not.toHaveProperty('extra');
});

test('an empty track is empty in every format', async () => {
  const api = await withTrack(0);
  api.history.fixes.clear();
  const body = async (format: string) => (await api.get(`/v1/vehicles/v1/track?${DAY}&format=${format}`)).text();
  expect(JSON.parse(await body('json'))).toEqual({ items: [], cursor: null });
  expect(JSON.parse(await body('geojson'))).toMatchObject({
    type: 'Feature',
    geometry: null,
    properties: { times: [] },
  });
  expect((await body('csv')).split('\r\n')).toHaveLength(2);
  expect(await body('gpx')).toContain('<trkseg>\n</trkseg>');
});

test('csv: the fixed columns, with what is not known left empty', async () => {
  const api = await withTrack(4, { plate: '苏B12345', plateColor: 2 });
  const first = api.history.fixes.get(1)![0];
  Object.assign(first, { flags: LOCATED | ACC_KNOWN | ACC_ON, mileageKm: 12.3, alarmWord: 1 });
  const answer = await api.get(`/v1/vehicles/v1/track?${DAY}&format=csv`);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(answer.headers.get('content-disposition')).toContain('track-v1.csv');
  const lines = (await answer.text()).split('\r\n');
  expect(lines[0]).toBe(
    'vehicle_id,plate,plate_color,time_utc,time_cst,lon,lat,datum,speed_kmh,heading_deg,altitude_m,odometer_km,acc_on,fix,alarm_hex,status_hex,biz_status,order_id,driver_id,source,received_utc',
  );
  expect(lines[1]).toBe(
    'v1,苏B12345,2,2024-05-01T00:00:00.000Z,2024-05-01T08:00:00+08:00,120,31,WGS84,36,90,7,12.3,1,1,00000001,00040003,,,,jt808,2024-05-01T00:00:00.500Z',
  );
  expect(lines[5]).toContain(',,,WGS84,');
  expect(lines).toHaveLength(7);
  const excel = await api.get(`/v1/vehicles/v1/track?${DAY}&format=csv&excel=1`);
  expect(
    Buffer.from(await excel.arrayBuffer())
      .subarray(0, 3)
      .toString('hex'),
  ).toBe('efbbbf');
});

test('csv: no cell is a formula', async () => {
  const api = await withTrack(2, { plate: '=1+1,"x"' });
  const row = (await (await api.get(`/v1/vehicles/v1/track?${DAY}&format=csv`)).text()).split('\r\n')[1];
  expect(row).toContain(`v1,"'=1+1,""x""",`);
  for (const text of ['=a', '+a', '-a', '@a', '\ta', '\ra', '＝a', '"=a', '-1+1'])
    expect(guardCell(text)).toBe(`'${text}`);
  for (const text of ['苏B1', '-12.5', '+86', '13912345678', 'a=b', '']) expect(guardCell(text)).toBe(text);
});

test('geojson: a line per stretch without a gap, and a time for every place', async () => {
  const api = await withTrack(10);
  const answer = await api.get(`/v1/vehicles/v1/track?${DAY}&format=geojson`);
  expect(answer.headers.get('content-type')).toBe('application/geo+json; charset=utf-8');
  const feature = (await answer.json()) as GeoJSON.Feature<
    GeoJSON.MultiLineString,
    { times: number[][]; vehicleId: string }
  >;
  expect(feature.geometry.type).toBe('MultiLineString');
  expect(feature.geometry.coordinates.map((line) => line.length)).toEqual([5, 5]);
  expect(feature.properties.times.map((line) => line.length)).toEqual([5, 5]);
  expect(feature.geometry.coordinates[0][1]).toEqual([120.001, 31, 7]);
  expect(feature.properties.times[0][1]).toBe(START + 60_000);
  expect(feature.properties.vehicleId).toBe('v1');

  const one = await api.get('/v1/vehicles/v1/track?from=2024-05-01T00:00:00Z&to=2024-05-01T00:03:00Z&format=geojson');
  const line = (await one.json()) as GeoJSON.Feature<GeoJSON.LineString, { times: number[] }>;
  expect([line.geometry.type, line.geometry.coordinates.length, line.properties.times.length]).toEqual([
    'LineString',
    3,
    3,
  ]);
  const alone = await api.get('/v1/vehicles/v1/track?from=2024-05-01T00:00:00Z&to=2024-05-01T00:01:00Z&format=geojson');
  expect(((await alone.json()) as typeof line).geometry.coordinates).toEqual([
    [120, 31, 7],
    [120, 31, 7],
  ]);
});

test('gpx: segments split at gaps, markup in a plate stays text', async () => {
  const api = await withTrack(10, { plate: '<b>&"' });
  const text = await (await api.get(`/v1/vehicles/v1/track?${DAY}&format=gpx`)).text();
  expect(text).toContain('<name>&lt;b&gt;&amp;&quot;</name>');
  expect(text.match(/<trkpt /g)).toHaveLength(10);
  expect(text.match(/<trkseg>/g)).toHaveLength(2);
  expect(text).toContain('<trkpt lat="31" lon="120.001"><ele>7</ele><time>2024-05-01T00:01:00.000Z</time>');
  expect(text).toContain('<gpxtpx:speed>10</gpxtpx:speed><gpxtpx:course>90</gpxtpx:course>');
});

test('simplify keeps the fixes that the line needs, whole', async () => {
  const api = await withTrack(9);
  const track = api.history.fixes.get(1)!;
  track[4].lat = 31.01; // 1.1 km aside
  track[6].lat = 31.00001; // 1.1 m aside
  const { items } = (await (await api.get(`/v1/vehicles/v1/track?${DAY}&simplify=50`)).json()) as {
    items: { time: string; speed: number }[];
  };
  const kept = items.map(({ time }) => Date.parse(time));
  expect(kept).toContain(track[4].fixTime);
  expect(kept).not.toContain(track[6].fixTime);
  expect([kept[0], kept.at(-1)]).toEqual([track[0].fixTime, track[8].fixTime]);
  expect(items[0].speed).toBe(36);
  expect((await api.get(`/v1/vehicles/v1/track?${DAY}&simplify=-1`)).status).toBe(400);
});

test('the range: a day by default, a month at most, the right way round', async () => {
  const api = await withTrack();
  const recent = fix(1, { fixTime: Date.now() - 3_600_000 });
  api.history.fixes.get(1)!.push(recent);
  const items = async (query: string) =>
    ((await (await api.get(`/v1/vehicles/v1/track${query}`)).json()) as { items: unknown[] }).items;
  expect(await items('')).toHaveLength(1);
  expect(await items('?to=2024-05-01T00:02:00Z')).toHaveLength(2);
  const problem = async (query: string) => {
    const answer = await api.get(`/v1/vehicles/v1/track?${query}`);
    return ((await answer.json()) as { error: { message: string } }).error.message;
  };
  expect(await problem('from=2024-05-02T00:00:00Z&to=2024-05-01T00:00:00Z')).toBe('query.from: is not before `to`');
  expect(await problem('from=2024-05-01T00:00:00Z&to=2024-06-30T00:00:00Z')).toContain('31 days');
  expect(await problem('format=kml')).toContain('query.format');
  expect((await api.get('/v1/vehicles/nobody/track')).status).toBe(404);
});

test('a database that is away is an answer, not a broken one', async () => {
  const api = await withTrack();
  api.history.away = true;
  for (const format of ['json', 'csv', 'geojson', 'gpx']) {
    const answer = await api.get(`/v1/vehicles/v1/track?${DAY}&format=${format}`);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      503,
      'database-away',
    ]);
  }
});

test('a database that goes away half way breaks the answer off, and the place is free again', async () => {
  const api = await withTrack();
  const whole = api.history.track.bind(api.history);
  let failing = true;
  api.history.track = async function* (no, from, to) {
    for await (const batch of whole(no, from, to)) {
      yield batch;
      if (failing) throw new Error('connection lost');
    }
  };
  // More often than there are places: each must have been given back.
  for (let i = 0; i < 25; i++) {
    const text = api.get(`/v1/vehicles/v1/track?${DAY}`).then((answer) => answer.text());
    await expect(text).rejects.toThrow();
  }
  failing = false;
  expect((await api.get(`/v1/vehicles/v1/track?${DAY}`)).status).toBe(200);
});

test('only so many tracks are written at once; the others wait their turn', async () => {
  const api = await withTrack();
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let reading = 0;
  let most = 0;
  api.history.track = async function* () {
    most = Math.max(most, ++reading);
    await gate;
    yield [];
    reading--;
  };
  const answers = Array.from({ length: 50 }, () => api.get('/v1/vehicles/v1/track').then((a) => a.json()));
  await expect.poll(() => reading).toBe(20);
  open();
  expect(await Promise.all(answers)).toEqual(answers.map(() => ({ items: [], cursor: null })));
  expect([most, reading]).toEqual([20, 0]);
});

test('the row limit tells where to go on', async () => {
  async function* batches() {
    yield [fix(1, { fixTime: 1 }), fix(1, { fixTime: 2 })];
    yield [fix(1, { fixTime: 3 }), fix(1, { fixTime: 4 })];
  }
  const times = async (most: number) => {
    let cutAt: number | null = null;
    const kept: number[] = [];
    for await (const batch of limited(batches(), most, (at) => (cutAt = at))) {
      for (const p of batch) kept.push(p.fixTime);
    }
    return [kept, cutAt];
  };
  expect(await times(10)).toEqual([[1, 2, 3, 4], null]);
  expect(await times(4)).toEqual([[1, 2, 3, 4], null]);
  expect(await times(3)).toEqual([[1, 2, 3], 4]);
  expect(await times(2)).toEqual([[1, 2], 3]);
});

test('geojsonseq: the Feature between a record separator and a line feed', async () => {
  const api = await withTrack(4);
  const answer = await api.get(`/v1/vehicles/v1/track?${DAY}&format=geojsonseq`);
  expect(answer.headers.get('content-type')).toBe('application/geo+json-seq');
  const text = await answer.text();
  expect([text[0], text.at(-1)]).toEqual(['\x1e', '\n']);
  expect(JSON.parse(text.slice(1))).toMatchObject({ type: 'Feature', properties: { vehicleId: 'v1' } });
});

test('parquet: a row per fix, nulls where not known, in a file that a reader takes', async () => {
  const api = await withTrack(10, { plate: '苏B12345' });
  const bytes = await (await api.get(`/v1/vehicles/v1/track?${DAY}&format=parquet`)).arrayBuffer();
  const rows = (await parquetReadObjects({ file: bytes })) as Record<string, unknown>[];
  expect(rows).toHaveLength(11);
  expect(rows[1]).toMatchObject({
    vehicle_id: 'v1',
    plate: '苏B12345',
    time_utc: new Date(START + 60_000),
    lon: 120.001,
    speed_kmh: 36,
    fix: true,
    acc_on: null,
    quality: '',
  });
  expect(rows[10]).toMatchObject({ lon: null, altitude_m: null, fix: false, quality: 'no-fix' });
});
