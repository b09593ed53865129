import { expect, test } from 'vitest';
import type { TravelSum } from '../../model/travel-sum.js';
import { DAY } from '../tracks/support.js';
import { startTestApi } from './support.js';

const PERIOD = `from=${new Date(DAY).toISOString()}&to=${new Date(DAY + 2 * 86_400_000).toISOString()}`;

function sum(start: number, key: string): TravelSum {
  return {
    start,
    key,
    vehicles: 1,
    driftVehicles: 0,
    fixes: 100,
    qualified: 90,
    onlineMinutes: 60,
    distanceM: 40_000,
    completeM: 30_000,
    odometerKm: 41.26,
    jumps: [{ at: start + 1000, fromKm: 900, toKm: 3 }],
    movingMs: 1_800_000,
    maxSpeedKmh: NaN,
    speedProfile: [1, 2, 3, 4, 5, 6, 7, 8],
  };
}

test('mileage by day: along the fixes, by the odometer, and where that jumped', async () => {
  const api = await startTestApi();
  const { no } = api.put('v1');
  api.travel.summed = [sum(DAY, 'v1')];
  const answer = (await (await api.get(`/v1/vehicles/v1/mileage?${PERIOD}`)).json()) as { items: object[] };
  expect(answer.items).toEqual([
    expect.objectContaining({
      start: '2025-01-01T00:00:00+08:00',
      distance: 40,
      completeness: 0.75,
      odometer: 41.3,
      maxSpeed: null,
      movingMinutes: 30,
      jumps: [{ at: '2024-12-31T16:00:01.000Z', from: 900, to: 3 }],
    }),
  ]);
  expect(api.travel.asked).toEqual([expect.objectContaining({ period: 'day', vehicleNo: no, from: DAY })]);
  expect((await api.get('/v1/vehicles/v1/mileage?by=week')).status).toBe(400);
});

test('reports page through days and companies', async () => {
  const api = await startTestApi();
  api.travel.summed = [sum(DAY, ''), sum(DAY, '东方'), sum(DAY + 86_400_000, '东方')];
  const seen: unknown[] = [];
  let cursor = '';
  do {
    const page = (await (
      await api.get(`/v1/reports/daily?by=company&limit=1&${PERIOD}${cursor && `&cursor=${cursor}`}`)
    ).json()) as { items: { start: string; key: string; jumps: number }[]; cursor: string };
    seen.push(...page.items.map(({ start, key, jumps }) => [start.slice(0, 10), key, jumps]));
    cursor = page.cursor;
  } while (cursor);
  expect(seen).toEqual([
    ['2025-01-01', '', 1],
    ['2025-01-01', '东方', 1],
    ['2025-01-02', '东方', 1],
  ]);
  expect(api.travel.asked[0]).toMatchObject({ period: 'day', group: 'company' });
  await api.get(`/v1/reports/hourly?${PERIOD}`);
  expect(api.travel.asked.at(-1)).toMatchObject({ period: 'hour', group: 'vehicle' });
});

test('csv: every row, and no key that a spreadsheet would run', async () => {
  const api = await startTestApi();
  api.travel.summed = Array.from({ length: 12_000 }, (_, i) => sum(DAY, `=company ${String(i).padStart(5, '0')}`));
  const answer = await api.get(`/v1/reports/daily?by=company&limit=1&format=csv&${PERIOD}`);
  expect(answer.headers.get('content-disposition')).toContain('daily.csv');
  const rows = (await answer.text()).trimEnd().split('\r\n');
  expect(rows[0]).toMatch(/^start_cst,key,vehicles,distance_km,/);
  expect(rows).toHaveLength(12_001);
  expect(new Set(rows).size).toBe(12_001);
  expect(rows[1].split(',').slice(0, 6)).toEqual([
    '2025-01-01T00:00:00+08:00',
    "'=company 00000",
    '1',
    '40',
    '30',
    '0.75',
  ]);
  expect(rows[1].split(',')).toHaveLength(rows[0].split(',').length);
});

test('a report pages over the longest names that a company may have', async () => {
  const api = await startTestApi();
  const names = ['甲', '乙', '丙'].map((name) => name.repeat(128)).sort();
  api.travel.summed = names.map((name) => sum(DAY, name));
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await api.get(`/v1/reports/daily?by=company&limit=1&${PERIOD}${query}`);
    expect(answer.status).toBe(200);
    const page = (await answer.json()) as { items: { key: string }[]; cursor: string | null };
    seen.push(...page.items.map(({ key }) => key));
    cursor = page.cursor;
  }
  expect(seen).toEqual(names);
});
