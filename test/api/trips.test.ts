import { expect, test } from 'vitest';
import { tripsAndStops } from '../../tracks/trips.js';
import { at, DAY } from '../tracks/support.js';
import { startTestApi } from './support.js';

const PERIOD = 'from=2025-01-01T00:00:00%2B08:00&to=2025-01-02T00:00:00%2B08:00';

async function withTrips() {
  const api = await startTestApi();
  const { no } = api.put('v1');
  const rides = [0, 600, 1200, 1200, 1200, 1200, 1200, 1200, 1800, 2400].map((east, i) =>
    at(i * 60, east, 0, { speedKmh: 36 }),
  );
  api.travel.journeys.set(no, tripsAndStops(rides));
  return api;
}

test('trips and stops in the words of the contract', async () => {
  const api = await withTrips();
  const answer = await api.get(`/v1/vehicles/v1/trips?${PERIOD}`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    trips: [
      expect.objectContaining({
        from: '2024-12-31T16:00:00.000Z',
        to: '2024-12-31T16:02:00.000Z',
        ended: 'stop',
        seconds: 120,
        distance: 1.2,
        averageSpeed: 36,
        maxSpeed: 36,
        odometer: null,
        fixes: 3,
      }),
      expect.objectContaining({ from: '2024-12-31T16:07:00.000Z', ended: null, distance: 1.2 }),
    ],
    stops: [
      expect.objectContaining({
        from: '2024-12-31T16:02:00.000Z',
        to: '2024-12-31T16:07:00.000Z',
        seconds: 300,
        open: false,
        silentSeconds: 0,
        lat: 31,
      }),
    ],
    cursor: null,
  });
});

test('pages go on where the one before was cut', async () => {
  const api = await withTrips();
  const first = (await (await api.get(`/v1/vehicles/v1/trips?${PERIOD}&limit=1`)).json()) as {
    trips: object[];
    stops: object[];
    cursor: string;
  };
  expect([first.trips.length, first.stops.length, first.cursor]).toEqual([1, 1, new Date(DAY + 420_000).toISOString()]);
  const next = (await (
    await api.get(`/v1/vehicles/v1/trips?from=${first.cursor}&to=2025-01-02T00:00:00Z&limit=1`)
  ).json()) as typeof first;
  expect([next.trips.length, next.stops.length, next.cursor]).toEqual([1, 0, null]);
});

test('what cannot be asked is said', async () => {
  const api = await withTrips();
  expect((await api.get(`/v1/vehicles/nobody/trips?${PERIOD}`)).status).toBe(404);
  expect((await api.get('/v1/vehicles/v1/trips?from=2020-01-01T00:00:00Z&to=2025-01-01T00:00:00Z')).status).toBe(400);
});

test('csv: trips and stops in one list by their beginning, with nothing that a spreadsheet would run', async () => {
  const api = await withTrips();
  api.put('v1', {}, { plate: '=1+1' });
  const answer = await api.get(`/v1/vehicles/v1/trips?${PERIOD}&format=csv&limit=1`);
  expect(answer.headers.get('content-type')).toContain('text/csv');
  const rows = (await answer.text()).trimEnd().split('\r\n');
  const [head, ...cells] = rows.map((row) => row.split(','));
  const column = (name: string) => cells.map((row) => row[head.indexOf(name)]);
  expect(column('kind')).toEqual(['trip', 'stop', 'trip']);
  expect(column('plate')).toEqual(["'=1+1", "'=1+1", "'=1+1"]);
  expect(column('from_cst')).toEqual(['00:00', '00:02', '00:07'].map((at) => `2025-01-01T${at}:00+08:00`));
  expect(column('distance_km')).toEqual(['1.2', '', '1.2']);
  expect(column('open')).toEqual(['0', '0', '1']);
});
