import { expect, test } from 'vitest';
import { at, DAY } from '../tracks/support.js';
import { startTestApi } from './support.js';

const corner = (east: number, north: number) => [at(0, east, north).lon, at(0, east, north).lat];
const AREA = {
  type: 'Polygon',
  coordinates: [[corner(0, 0), corner(1000, 0), corner(1000, 1000), corner(0, 1000), corner(0, 0)]],
};
const HOUR = { from: new Date(DAY).toISOString(), to: new Date(DAY + 3_600_000).toISOString() };

interface Page {
  items: {
    vehicleId: string;
    enteredAt: string;
    exitedAt: string;
    entrySeen: boolean;
    exitSeen: boolean;
    fixes: number;
  }[];
  cursor: string | null;
}

/** Vehicle n crosses between two fixes, n minutes after the hour. */
async function withCrossings(vehicles: number) {
  const api = await startTestApi();
  for (let n = 1; n <= vehicles; n++) {
    const { no } = api.put(`v${n}`);
    for (const p of [at(n * 60, -400, 500), at(n * 60 + 180, 1400, 500)]) {
      api.travel.places.push({ vehicleNo: no, fixTime: p.fixTime, lon: p.lon, lat: p.lat });
    }
  }
  const search = async (more = {}) => {
    const answer = await api.send('POST', '/v1/search/passages', { area: AREA, ...HOUR, ...more });
    return { status: answer.status, body: (await answer.json()) as Page & { error: { message: string } } };
  };
  return { api, search };
}

test('who was there, in and out to the second, also between two fixes', async () => {
  const { search } = await withCrossings(2);
  const { status, body } = await search();
  expect(status).toBe(200);
  expect(body.cursor).toBeNull();
  expect(
    body.items.map(({ vehicleId, fixes, entrySeen, exitSeen }) => [vehicleId, fixes, entrySeen, exitSeen]),
  ).toEqual([
    ['v1', 0, true, true],
    ['v2', 0, true, true],
  ]);
  expect(Date.parse(body.items[0].enteredAt)).toBeCloseTo(DAY + 100_000, -3);
  expect(Date.parse(body.items[0].exitedAt)).toBeCloseTo(DAY + 200_000, -3);
});

test('pages of whole vehicles, each passage once', async () => {
  const { search } = await withCrossings(7);
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const { body }: { body: Page } = await search({ limit: 2, ...(cursor && { cursor }) });
    seen.push(...body.items.map(({ vehicleId }) => vehicleId));
    cursor = body.cursor;
  } while (cursor);
  expect(seen).toEqual(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7']);
});

test('a vehicle that was elsewhere between the fixes did not cross', async () => {
  const { api, search } = await withCrossings(1);
  const { vehicleNo } = api.travel.places[0];
  const far = at(150, 9000, 9000);
  api.travel.places.splice(1, 0, { vehicleNo, fixTime: far.fixTime, lon: far.lon, lat: far.lat });
  expect((await search()).body.items).toEqual([]);
});

test('only passages of the period', async () => {
  const { search } = await withCrossings(3);
  const from = new Date(DAY + 202_000).toISOString();
  expect((await search({ from })).body.items.map(({ vehicleId }) => vehicleId)).toEqual(['v2', 'v3']);
});

test('what is wrong with the area, the period or the cursor is said with its place', async () => {
  const { search } = await withCrossings(0);
  const open = { type: 'Polygon', coordinates: [[corner(0, 0), corner(1, 1)]] };
  expect((await search({ area: open })).body.error.message).toMatch(/^body\.area\.coordinates\[0\]/);
  expect((await search({ area: { type: 'Point', coordinates: [1, 2] } })).status).toBe(400);
  expect((await search({ to: HOUR.from })).body.error.message).toMatch(/^body\.from/);
  expect((await search({ to: new Date(DAY + 8 * 86_400_000).toISOString() })).body.error.message).toMatch(/7 days/);
  expect((await search({ cursor: 'nonsense' })).status).toBe(400);
});

test('csv: every passage, whatever a page would hold', async () => {
  const { api } = await withCrossings(5);
  const body = { area: AREA, ...HOUR, limit: 2, format: 'csv' };
  const answer = await api.send('POST', '/v1/search/passages', body);
  expect(answer.headers.get('content-disposition')).toContain('passages.csv');
  const rows = (await answer.text()).trimEnd().split('\r\n');
  expect(rows[0]).toMatch(/^vehicle_id,plate,entered_utc,exited_utc,/);
  expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
});
