import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distanceM } from '../../geo/distance.js';
import { NO_FIX } from '../../model/quality.js';
import { fix, startTestApi } from './support.js';

interface VehicleJson {
  id: string;
  plate: string | null;
  online: boolean;
  lastSeen: string | null;
  distance?: number;
  position: { lon: number; lat: number; alarm: number; quality: string[] } | null;
}
interface List {
  items: VehicleJson[];
  cursor: string | null;
}

const read = async (response: Response | Promise<Response>) => (await (await response).json()) as List & VehicleJson;
const ids = async (response: Promise<Response>) => (await read(response)).items.map(({ id }) => id);

test('a vehicle in full, as the contract writes it', async () => {
  const api = await startTestApi();
  const receivedTime = Date.now();
  const fixTime = Date.UTC(2024, 4, 1, 8, 0, 5);
  api.put(
    'v1',
    {
      lon: 120.3012345,
      lat: 31.5712345,
      speedKmh: 46.3,
      headingDeg: 87,
      altitudeM: 12,
      mileageKm: 10342.5,
      alarms: 1,
      statusWord: 3,
      fixTime,
      receivedTime,
    },
    {
      plate: '苏B"1',
      plateColor: 2,
      category: 'taxi',
      company: 'Wuxi',
      region: '320200',
      terminals: [{ protocol: 'jt808', number: '0139' }],
    },
  );
  const received = new Date(receivedTime).toISOString();
  const answer = await api.get('/v1/vehicles/v1');
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await answer.json()).toEqual({
    id: 'v1',
    plate: '苏B"1',
    plateColor: 2,
    category: 'taxi',
    company: 'Wuxi',
    region: '320200',
    terminals: [{ protocol: 'jt808', number: '139' }],
    datum: null,
    drivers: null,
    quirks: [{ protocol: 'jt808', number: '139', names: [], set: false }],
    online: true,
    occupancy: null,
    driver: null,
    lastSeen: received,
    position: {
      vehicleId: 'v1',
      time: '2024-05-01T08:00:05.000Z',
      receivedAt: received,
      lon: 120.3012345,
      lat: 31.5712345,
      speed: 46.3,
      heading: 87,
      altitude: 12,
      alarm: 1,
      status: 3,
      mileage: 10342.5,
      source: 'jt808',
      quality: [],
    },
  });
});

test('a registered vehicle that nobody has heard of has no position', async () => {
  const api = await startTestApi();
  const made = await api.send('PUT', '/v1/vehicles/v1', { plate: '苏B1' });
  expect(made.status).toBe(201);
  expect(await made.json()).toMatchObject({ id: 'v1', plate: '苏B1', online: false, lastSeen: null, position: null });
  expect((await api.send('PUT', '/v1/vehicles/v1', { company: 'Wuxi' })).status).toBe(200);
  expect(await (await api.get('/v1/vehicles/v1')).json()).toMatchObject({ plate: '苏B1', company: 'Wuxi' });
  expect((await api.send('DELETE', '/v1/vehicles/v1')).status).toBe(204);
  expect((await api.get('/v1/vehicles/v1')).status).toBe(404);
  expect((await api.send('DELETE', '/v1/vehicles/v1')).status).toBe(404);
});

test('the answer follows every change, however the bytes before were kept', async () => {
  const api = await startTestApi();
  const { no } = api.put('v1', { receivedTime: 5_000, fixTime: 1_000 });
  const position = async () => (await read(api.get('/v1/vehicles/v1'))).position;
  expect(await position()).toMatchObject({ lon: 120.3, alarm: 0 });
  // A batch: the same time of receipt, the same second.
  api.fleet.apply(fix(no, { receivedTime: 5_000, fixTime: 1_000, subSeq: 1, lon: 121 }));
  expect(await position()).toMatchObject({ lon: 121 });
  api.fleet.apply(fix(no, { receivedTime: 5_000, quality: NO_FIX, alarms: 1 }));
  expect(await position()).toMatchObject({ lon: 121, alarm: 1 });
  await api.send('PUT', '/v1/vehicles/v1', { plate: '苏B9', terminals: [{ protocol: 'jt808', number: '7' }] });
  expect(await read(api.get('/v1/vehicles/v1'))).toMatchObject({ plate: '苏B9', terminals: [{ number: '7' }] });
  // The terminal moves away: the old vehicle is changed in place.
  await api.send('PUT', '/v1/vehicles/v2', { terminals: [{ protocol: 'jt808', number: '7' }] });
  expect(await read(api.get('/v1/vehicles/v1'))).toMatchObject({ terminals: [] });
});

test('who may drive is kept until it is said anew, and shown without the numbers of persons', async () => {
  const api = await startTestApi();
  const put = (body: object) => api.send('PUT', '/v1/vehicles/v1', body);
  const drivers = async () => ((await (await api.get('/v1/vehicles/v1')).json()) as { drivers: unknown }).drivers;
  expect((await put({ drivers: [{ certificate: '320100199001010011', from: '2026-01-01' }] })).status).toBe(201);
  await put({ plate: '苏B00001' });
  expect(await drivers()).toEqual([{ certificate: '320***********0011', from: '2026-01-01', to: null }]);
  expect((await put({ drivers: [{ certificate: '1', to: 'soon' }] })).status).toBe(400);
  const answer = await (await put({ datum: 'gcj02' })).json();
  expect(answer).toMatchObject({ datum: 'gcj02', drivers: [{ certificate: '320***********0011' }] });
  expect(answer).toEqual(await (await api.get('/v1/vehicles/v1')).json());
  await put({ drivers: null });
  expect(await drivers()).toBeNull();
});

test('a list can be narrowed in every way, and in several at once', async () => {
  const api = await startTestApi({ onlineMs: 60_000 });
  const long = Date.now() - 3_600_000;
  api.put('a', { lon: 120.1 }, { plate: '苏B12345', category: 'taxi' });
  api.put('b', { lon: 120.2, receivedTime: long }, { plate: '浙A00001', category: 'taxi' });
  api.put('c', { lon: 121.5 }, { plate: '苏B99999', category: 'bus' });
  await api.send('PUT', '/v1/vehicles/d', {});
  expect(await ids(api.get('/v1/vehicles'))).toEqual(['a', 'b', 'c', 'd']);
  expect(await ids(api.get('/v1/vehicles?bbox=120,31,121,32'))).toEqual(['a', 'b']);
  expect(await ids(api.get('/v1/vehicles?online=true'))).toEqual(['a', 'c']);
  expect(await ids(api.get('/v1/vehicles?online=false'))).toEqual(['b', 'd']);
  expect(await ids(api.get('/v1/vehicles?category=bus,truck'))).toEqual(['c']);
  expect(await ids(api.get(`/v1/vehicles?plate=${encodeURIComponent('苏b')}`))).toEqual(['a', 'c']);
  expect(await ids(api.get('/v1/vehicles?ids=d,b'))).toEqual(['b', 'd']);
  expect(await ids(api.get('/v1/vehicles?bbox=120,31,121,32&online=true&category=taxi'))).toEqual(['a']);
});

test('pages join to the whole list, once each, whatever the limit', async () => {
  const api = await startTestApi();
  for (let i = 0; i < 23; i++) api.put(`v${i}`);
  for (const limit of [1, 7, 22, 23, 100]) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await read(api.get(`/v1/vehicles?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`));
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 23 }, (_, i) => `v${i}`));
  }
});

test('the nearest are those that measuring every one finds', async () => {
  const api = await startTestApi();
  const place = fc.record({
    lon: fc.double({ min: 119, max: 122, noNaN: true }),
    lat: fc.double({ min: 30, max: 33, noNaN: true }),
  });
  const places = fc.sample(place, { numRuns: 200, seed: 7 });
  for (const [i, { lon, lat }] of places.entries()) api.put(`v${i}`, { lon, lat });
  const expected = places
    .map(({ lon, lat }, i) => ({ id: `v${i}`, distance: distanceM(120.5, 31.5, lon, lat) }))
    .sort((a, b) => a.distance - b.distance);
  const { items } = await read(api.get('/v1/vehicles:nearest?lon=120.5&lat=31.5&k=5'));
  expect(items.map(({ id }) => id)).toEqual(expected.slice(0, 5).map(({ id }) => id));
  expect(items[0].distance).toBeCloseTo(expected[0].distance, 0);
  const near = await read(api.get('/v1/vehicles:nearest?lon=120.5&lat=31.5&k=200&maxDistance=30000'));
  expect(near.items).toHaveLength(expected.filter(({ distance }) => distance <= 30_000).length);
});

test('only vehicles that are online are near, unless the others are asked for', async () => {
  const api = await startTestApi({ onlineMs: 60_000 });
  api.put('silent', { receivedTime: Date.now() - 3_600_000 });
  api.put('talking', { lon: 120.4 });
  expect(await ids(api.get('/v1/vehicles:nearest?lon=120.3&lat=31.5'))).toEqual(['talking']);
  expect(await ids(api.get('/v1/vehicles:nearest?lon=120.3&lat=31.5&online=false'))).toEqual(['silent']);
});

test('an id that is none, and one that is not that of the path, are named', async () => {
  const api = await startTestApi();
  const error = async (path: string, body: object) => {
    const answer = await api.send('PUT', path, body);
    const { error } = (await answer.json()) as { error: { details: { path: string }[] } };
    return [answer.status, error.details[0].path];
  };
  expect(await error('/v1/vehicles/a%20b', {})).toEqual([400, 'path.id']);
  expect(await error('/v1/vehicles/%E0%A4', {})).toEqual([400, 'path.id']);
  expect(await error('/v1/vehicles/v1', { id: 'v2' })).toEqual([400, 'body.id']);
  expect(await error('/v1/vehicles/v1', { plateColour: 1 })).toEqual([400, 'body.plateColour']);
  expect(await error('/v1/vehicles/v1', { terminals: [{ protocol: 'JT808', number: '7' }] })).toEqual([
    400,
    'body.terminals[0].protocol',
  ]);
  expect(await error('/v1/vehicles/v1', { terminals: [{ protocol: 'jt808' }] })).toEqual([
    400,
    'body.terminals[0].number',
  ]);
});

test('while the log takes nothing, writes are refused with when to come back, and reads go on', async () => {
  const api = await startTestApi();
  api.put('v1');
  api.log.accepting = false;
  const answer = await api.send('PUT', '/v1/vehicles/v2', {});
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  expect((await api.get('/v1/vehicles/v1')).status).toBe(200);
});
