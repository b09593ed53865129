import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromDatum, inDatum } from '../../api/datum.js';
import { DATUMS } from '../../model/datum.js';
import { Position } from '../../model/position.js';
import { alert, fix, startTestApi } from './support.js';

/** Beijing and Shanghai in the three of them: coordinates sheet §5. */
const WGS84 = { beijing: [116.397451, 39.909187], shanghai: [121.4737, 31.2304] } as const;
const SHOWN = {
  wgs84: WGS84,
  cgcs2000: WGS84,
  gcj02: { beijing: [116.403695, 39.910591], shanghai: [121.478223, 31.228458] },
  bd09: { beijing: [116.410067, 39.91693], shanghai: [121.484781, 31.234311] },
} as const;

const near = ([lon, lat]: readonly [number, number], digits = 5) => [
  expect.closeTo(lon, digits),
  expect.closeTo(lat, digits),
];
const at = ([lon, lat]: readonly [number, number]) => ({ lon: expect.closeTo(lon, 5), lat: expect.closeTo(lat, 5) });
const [LON, LAT] = WGS84.beijing;

describe.each(DATUMS)('answers in %s', (datum) => {
  const { beijing, shanghai } = SHOWN[datum];

  test('vehicles, one, in a box and the nearest', async () => {
    const api = await startTestApi();
    api.put('a', { lon: LON, lat: LAT });
    api.put('b', { lon: WGS84.shanghai[0], lat: WGS84.shanghai[1] });
    const read = async (path: string) => (await api.get(path)).json() as Promise<Answered>;
    const all = await read(`/v1/vehicles?datum=${datum}`);
    expect(all.items.map(({ position }) => position)).toMatchObject([at(beijing), at(shanghai)]);
    expect((await read(`/v1/vehicles/a?datum=${datum}`)).position).toMatchObject(at(beijing));

    // A box of 20 m around where the map shows it.
    const box = [beijing[0] - 1e-4, beijing[1] - 1e-4, beijing[0] + 1e-4, beijing[1] + 1e-4];
    const inside = await read(`/v1/vehicles?bbox=${box.join(',')}&datum=${datum}`);
    expect(inside.items.map(({ id }) => id)).toEqual(['a']);

    const query = `lon=${shanghai[0]}&lat=${shanghai[1]}&k=1&datum=${datum}`;
    const [nearest] = (await read(`/v1/vehicles:nearest?${query}`)).items;
    expect([nearest.id, nearest.position, nearest.distance < 1]).toEqual([
      'b',
      expect.objectContaining(at(shanghai)),
      true,
    ]);
  });

  test('tracks in every format', async () => {
    const api = await startTestApi();
    const { no } = api.put('a');
    api.history.fixes.set(no, [fix(no, { lon: LON, lat: LAT, fixTime: Date.UTC(2024, 4, 1, 12) })]);
    const day = '2024-05-01';
    const url = (format: string) =>
      `/v1/vehicles/a/track?from=${day}T00:00:00Z&to=${day}T23:59:59Z&format=${format}&datum=${datum}`;
    const { items } = (await (await api.get(url('json'))).json()) as { items: { lon: number; lat: number }[] };
    expect(items).toMatchObject([at(beijing)]);
    const csv = await (await api.get(url('csv'))).text();
    const [, lon, lat, label] = /,([\d.]+),([\d.]+),(WGS84|GCJ02|BD09|CGCS2000),/.exec(csv)!;
    expect([[Number(lon), Number(lat)], label]).toEqual([near(beijing), datum.toUpperCase()]);
    const gpx = await (await api.get(url('gpx'))).text();
    const [, gpxLat] = /lat="([\d.]+)"/.exec(gpx)!;
    expect(Number(gpxLat)).toBeCloseTo(beijing[1], 5);
  });

  test('alerts, one, why, and files; and fences, given and taken', async () => {
    const api = await startTestApi();
    const position = { ...alert().position, lon: LON, lat: LAT };
    const evidence = { fixes: { onset: { lon: LON, lat: LAT } } };
    const one = alert({ position, evidence });
    api.history.stored.push(one);
    const read = async <T>(path: string) => (await api.get(path)).json() as Promise<T>;
    expect(await read(`/v1/alerts?datum=${datum}`)).toMatchObject({ items: [{ position: at(beijing) }] });
    expect(await read(`/v1/alerts/${one.id}?datum=${datum}`)).toMatchObject({ position: at(beijing) });
    expect(await read(`/v1/alerts/${one.id}/why?datum=${datum}`)).toMatchObject({
      evidence: { fixes: { onset: at(beijing) } },
    });
    expect(await read(`/v1/alerts?format=geojson&datum=${datum}`)).toMatchObject({
      features: [{ geometry: { coordinates: near(beijing) } }],
    });

    const drawn = { type: 'Feature', geometry: { type: 'Point', coordinates: beijing }, properties: { radius: 100 } };
    const made = await api.send('PUT', `/v1/fences/f?datum=${datum}`, drawn);
    expect([made.status, await made.json()]).toMatchObject([201, { geometry: { coordinates: near(beijing) } }]);
    const kept = { geometry: { coordinates: near(WGS84.beijing) } };
    expect(await read('/v1/fences/f')).toMatchObject(kept);
    expect(await read(`/v1/fences/f?datum=${datum}`)).toMatchObject({ geometry: { coordinates: near(beijing) } });
    expect(await read(`/v1/fences?datum=${datum}`)).toMatchObject({
      items: [{ geometry: { coordinates: near(beijing) } }],
    });
  });
});

interface Answered {
  id: string;
  position: unknown;
  distance: number;
  items: Answered[];
}

test('a playback is asked for and answered in the datum of the map', async () => {
  const api = await startTestApi();
  const { no } = api.put('a');
  const time = Date.UTC(2024, 4, 1, 12);
  api.travel.places.push({ vehicleNo: no, fixTime: time, lon: LON, lat: LAT });
  const [lon, lat] = SHOWN.gcj02.beijing;
  const box = [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4].join(',');
  const period = 'from=2024-05-01T12:00:00Z&to=2024-05-01T12:00:20Z';
  const answer = await api.get(`/v1/playback?bbox=${box}&${period}&datum=gcj02`);
  const [line] = (await answer.text()).split('\n');
  expect(JSON.parse(line)).toMatchObject({ positions: [{ vehicleId: 'a', ...at(SHOWN.gcj02.beijing) }] });
});

test('a datum that is none is refused with what there is', async () => {
  const api = await startTestApi();
  const answer = await api.get('/v1/vehicles?datum=mars');
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('gcj02')]);
});

test('what was moved comes back, everything else is as it was, and no nesting is too deep', () => {
  const place = fc.record({
    lon: fc.double({ min: 73, max: 135, noNaN: true }),
    lat: fc.double({ min: 4, max: 53, noNaN: true }),
    name: fc.string(),
  });
  const value = fc.record({ places: fc.array(place), more: fc.jsonValue() });
  fc.assert(
    fc.property(value, fc.constantFrom(...DATUMS), ({ places, more }, datum) => {
      const there = inDatum(datum, { places, more: { note: JSON.stringify(more) } });
      const back = fromDatum(datum, there);
      expect(back.more).toEqual({ note: JSON.stringify(more) });
      for (const [i, { lon, lat, name }] of back.places.entries()) {
        expect(name).toBe(places[i].name);
        expect(Math.hypot(lon - places[i].lon, lat - places[i].lat)).toBeLessThan(5e-6);
      }
    }),
    { seed: 7, numRuns: 200 },
  );
  let deep: unknown = { lon: 1, lat: 2 };
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(Array.isArray(inDatum('gcj02', deep))).toBe(true);
});

test('a fix without a place has none in any datum', async () => {
  const api = await startTestApi();
  const { no } = api.put('a');
  api.history.fixes.set(no, [
    Object.assign(new Position(), { vehicleNo: no, fixTime: Date.UTC(2024, 4, 1), source: 1 }),
  ]);
  const answer = await api.get('/v1/vehicles/a/track?from=2024-05-01T00:00:00Z&to=2024-05-02T00:00:00Z&datum=bd09');
  expect(await answer.json()).toMatchObject({ items: [{ lon: null, lat: null }] });
});
