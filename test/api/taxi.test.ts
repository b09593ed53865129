import { expect, test } from 'vitest';
import type { MeterTripJson } from '../../api/journeys/meter-trip-json.js';
import { sourceNumber } from '../../model/source.js';
import { msToBeijing } from '../../model/units.js';
import type { Upload } from '../../model/upload.js';
import { at, DAY } from '../tracks/support.js';
import { startTestApi } from './support.js';

const PERIOD = 'from=2025-01-01T00:00:00%2B08:00&to=2025-01-02T00:00:00%2B08:00';
const LOADED = 1 << 9;

const report = (id: string, kind: Upload['kind'], seconds: number, content: Record<string, unknown>): Upload => {
  const time = DAY + seconds * 1000;
  return { id, vehicleNo: 1, vehicleId: 'taxi', kind, time, receivedTime: time + 5000, source: 'jt905', content };
};
const place = (seconds: number) => {
  const { lon, lat, fixTime } = at(seconds, seconds * 10);
  return { lon, lat, status: 0, time: msToBeijing(fixTime) };
};
const meter = (km: number) => ({
  ...{ plate: 'E339KK', driverCert: 'D-7712', on: msToBeijing(DAY + 600_000), off: msToBeijing(DAY + 1200_000) },
  ...{ km, emptyKm: 1, extraYuan: 0, waitingHHmm: '0001', amountYuan: 23, tripNumber: 3, paymentName: 'cash' },
});
const trip = (id: string, km: number) =>
  report(id, 'trip', 1200, {
    ...{ emptyToLoaded: place(600), loadedToEmpty: place(1200), operationId: 4, callOrderId: 0, ratingName: 'fair' },
    meter: meter(km),
  });

async function withTaxi() {
  const api = await startTestApi();
  const { no } = api.put('taxi');
  const fixes = Array.from({ length: 45 }, (_, i) =>
    at(480 + i * 20, (480 + i * 20) * 10, 0, {
      ...{ vehicleNo: no, source: sourceNumber('jt905'), statusWord: i * 20 >= 120 && i * 20 <= 720 ? LOADED : 0 },
    }),
  );
  api.history.fixes.set(no, fixes);
  api.uploads.stored.push(
    ...[trip('a', 6), trip('b', 9)].map((upload) => ({ ...upload, vehicleNo: no })),
    {
      ...report('c', 'driver', 0, { event: 'in', certificate: 'D-7712', name: '张三', company: '4305' }),
      vehicleNo: no,
    },
    { ...report('d', 'driver', 3600, { event: 'out', certificate: 'D-7712', name: '张三' }), vehicleNo: no },
    { ...report('e', 'shift', 3600, { totalYuan: 812.5, driverCert: 'D-7712' }), vehicleNo: no },
  );
  return api;
}

test('trips by the meter, newest first, each with its checks and their figures', async () => {
  const api = await withTaxi();
  const first = (await (await api.get(`/v1/vehicles/taxi/meter-trips?${PERIOD}&limit=1`)).json()) as {
    items: MeterTripJson[];
    cursor: string;
  };
  expect(first.items).toMatchObject([
    { id: 'b', verdict: 'differs', checks: { distance: { verdict: 'differs', meter: 9, track: 6, by: 'track' } } },
  ]);
  const next = await (await api.get(`/v1/vehicles/taxi/meter-trips?${PERIOD}&limit=1&cursor=${first.cursor}`)).json();
  expect(next).toEqual({
    items: [
      {
        id: 'a',
        from: '2024-12-31T16:10:00.000Z',
        to: '2024-12-31T16:20:00.000Z',
        seconds: 600,
        start: { lon: expect.closeTo(120.063, 3), lat: 31 },
        end: { lon: expect.closeTo(120.1259, 3), lat: 31 },
        meter: {
          on: '2024-12-31T16:10:00.000Z',
          off: '2024-12-31T16:20:00.000Z',
          ...{ distance: 6, emptyDistance: 1, fare: 23, extra: 0, waitingSeconds: 60, payment: 'cash', number: 3 },
          ...{ plate: 'E339KK', driver: '*****2' },
        },
        ...{ operationId: 4, orderId: null, rating: 'fair', verdict: 'agrees' },
        checks: {
          distance: { verdict: 'agrees', meter: 6, track: 6, odometer: null, by: 'track' },
          start: { verdict: 'agrees', metres: 0 },
          end: { verdict: 'agrees', metres: 0 },
          loaded: { verdict: 'agrees', fixes: 23, loaded: 23 },
          clock: { verdict: 'agrees', seconds: 0 },
        },
        receivedAt: '2024-12-31T16:20:05.000Z',
      },
    ],
    cursor: null,
  });
});

test('as a file, a row for each', async () => {
  const api = await withTaxi();
  const answer = await api.get(`/v1/vehicles/taxi/meter-trips?${PERIOD}&format=csv`);
  const [head, ...rows] = (await answer.text()).trim().split('\r\n');
  expect(head).toMatch(/^vehicle_id,plate,from_utc,.*,verdict,distance_check,/);
  expect(rows.map((row) => /,(agrees|differs),/.exec(row)?.[1])).toEqual(['differs', 'agrees']);
});

test('shifts by signing on and off, people masked', async () => {
  const api = await withTaxi();
  expect(await (await api.get(`/v1/vehicles/taxi/shifts?${PERIOD}`)).json()).toEqual({
    items: [
      {
        from: '2024-12-31T16:00:00.000Z',
        to: '2024-12-31T17:00:00.000Z',
        certificate: '*****2',
        name: '张**',
        company: '4305',
        sums: { totalYuan: 812.5, driverCert: '*****2' },
      },
    ],
  });
});

test('what the driver’s meter says is masked in reports too', async () => {
  const api = await withTaxi();
  const text = await (await api.get('/v1/vehicles/taxi/uploads?kind=trip')).text();
  expect(text).not.toContain('D-7712');
});

test('the state of a taxi says what it is doing; of others it is not known', async () => {
  const api = await startTestApi();
  const taxi = api.put('taxi');
  const bus = api.put('bus');
  api.fleet.apply(at(0, 0, 0, { vehicleNo: taxi.no, source: sourceNumber('jt905'), statusWord: LOADED }));
  api.fleet.apply(at(0, 0, 0, { vehicleNo: bus.no, source: sourceNumber('jt808'), statusWord: LOADED }));
  const states = await Promise.all(
    ['taxi', 'bus'].map(async (id) => (await (await api.get(`/v1/vehicles/${id}`)).json()) as { occupancy: unknown }),
  );
  expect(states.map(({ occupancy }) => occupancy)).toEqual(['loaded', null]);
});
