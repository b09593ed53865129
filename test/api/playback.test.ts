import { expect, test } from 'vitest';
import { at, DAY } from '../tracks/support.js';
import { startTestApi } from './support.js';

test('a line for every moment', async () => {
  const api = await startTestApi();
  const { no } = api.put('v1');
  for (const seconds of [0, 20]) {
    const p = at(seconds, 100, 100);
    api.travel.places.push({ vehicleNo: no, fixTime: p.fixTime, lon: p.lon, lat: p.lat });
  }
  const period = `from=${new Date(DAY).toISOString()}&to=${new Date(DAY + 30_000).toISOString()}`;
  const answer = await api.get(`/v1/playback?bbox=120,31,120.1,31.1&${period}&step=10`);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ time, positions }) => [Date.parse(time) - DAY, positions[0].age])).toEqual([
    [0, 0],
    [10_000, 10],
    [20_000, 0],
    [30_000, 10],
  ]);
  expect(lines[0].positions).toEqual([
    {
      vehicleId: 'v1',
      lon: expect.closeTo(120.001, 3),
      lat: expect.closeTo(31.0009, 3),
      speed: 36,
      heading: null,
      age: 0,
    },
  ]);
  expect(lines[0].more).toBe(0);

  expect((await api.get(`/v1/playback?${period}`)).status).toBe(400);
  const long = `from=${new Date(DAY).toISOString()}&to=${new Date(DAY + 86_400_000).toISOString()}`;
  expect(await (await api.get(`/v1/playback?bbox=120,31,121,32&${long}&step=1`)).text()).toContain(
    'more than 10000 moments',
  );
});
