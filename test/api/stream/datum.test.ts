import { describe, expect, test } from 'vitest';
import { readFrame } from '../../../client/frame.js';
import { DATUMS } from '../../../model/datum.js';
import { placeIn } from '../../../model/datum-shift.js';
import { type StreamMessage, streamClient } from '../stream-client.js';
import { alert, startTestApi, type TestApi, transition } from '../support.js';
import { openEvents } from './feeds-support.js';

/** Beijing in each of them: coordinates sheet §5. */
const RAW = { lon: 116.397451, lat: 39.909187 };
const SHOWN = {
  wgs84: [116.397451, 39.909187],
  cgcs2000: [116.397451, 39.909187],
  gcj02: [116.403695, 39.910591],
  bd09: [116.410067, 39.91693],
} as const;

const at = ([lon, lat]: readonly [number, number]) => ({ lon: expect.closeTo(lon, 5), lat: expect.closeTo(lat, 5) });
/** Some 20 m around a place on the map. */
const boxAround = ([lon, lat]: readonly [number, number]) => [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4];

describe.each(DATUMS)('a map that is drawn in %s', (datum) => {
  const shown = SHOWN[datum];

  test.each(['json', 'protobuf'] as const)('its box and its vehicles, as %s, when it moves too', async (format) => {
    const api = await startTestApi();
    api.put('a', RAW);
    const client = await streamClient(api);
    const told: StreamMessage[] = [];
    client.socket.on('message', (data: Buffer, isBinary: boolean) => {
      const read = isBinary ? readFrame(new Uint8Array(data).buffer) : JSON.parse(data.toString());
      if (read.type === 'positions') told.push(read as StreamMessage);
    });
    client.say({ op: 'subscribe', id: 1, channel: 'positions', bbox: boxAround(shown), datum, format });
    await expect.poll(() => told).toMatchObject([{ snapshot: true, items: [{ vehicleId: 'a', ...at(shown) }] }]);

    const [lon, lat] = placeIn(datum, [121.4737, 31.2304]);
    client.say({ op: 'update', id: 1, bbox: boxAround([lon, lat]) });
    await expect.poll(() => told).toMatchObject([{}, { items: [], gone: ['a'] }]);
    api.put('a', { lon: 121.4737, lat: 31.2304 });
    await expect.poll(() => told).toMatchObject([{}, {}, { items: [at([lon, lat])], gone: [] }]);
    // What is kept is what came.
    const { no } = api.catalog.vehicleById('a')!;
    expect([api.fleet.lon[no], api.fleet.lat[no]]).toEqual([121.4737, 31.2304]);
  });

  test('cells where there are too many are where its vehicles are', async () => {
    const api = await startTestApi({ maxVehiclesInView: 1 });
    api.put('a', RAW);
    api.put('b', RAW);
    const client = await streamClient(api);
    client.say({ op: 'subscribe', id: 1, channel: 'positions', bbox: [-180, -90, 180, 90], datum });
    const { cells } = await client.nextOf('density');
    expect(cells).toMatchObject([{ count: 2 }]);
    const [west, south, east, north] = cells![0].bbox;
    expect(west <= shown[0] && shown[0] <= east && south <= shown[1] && shown[1] <= north).toBe(true);
    const [w, s, e, n] = [...placeIn(datum, [116, 38]), ...placeIn(datum, [124, 46])];
    expect(cells![0].bbox).toEqual([w, s, e, n]);
  });

  test('alerts on the stream, as events and asked for: the places in them', async () => {
    const api = await startTestApi();
    const client = await streamClient(api);
    client.say({ op: 'subscribe', id: 1, channel: 'alerts', datum });
    await client.nextOf('subscribed');
    const events = await openEvents(api, `/v1/stream/alerts?datum=${datum}`);
    await events.next(1);
    const position = { ...alert().position, ...RAW };
    const one = alert({ position, evidence: { fixes: { onset: RAW } } });
    api.feed.push([transition(1, one)]);
    const expected = { position: at(shown), evidence: { fixes: { onset: at(shown) } } };
    expect(await client.nextOf('alert')).toMatchObject({ cursor: 'e1-1', transition: 'raised', alert: expected });
    const [event] = await events.next(1);
    expect(event.data).toMatchObject({ cursor: 'e1-1', transition: 'raised', alert: expected });
    const pulled = (await (await api.get(`/v1/alerts?after=e1-0&datum=${datum}`)).json()) as { items: unknown[] };
    expect(pulled.items).toEqual([event.data]);
    // Of the alert that is kept nothing was changed.
    expect(api.feed.get(one.id)?.position).toMatchObject(RAW);
  });

  test('positions as events', async () => {
    const api = await startTestApi();
    api.put('a', RAW);
    const events = await openEvents(api, `/v1/stream/positions?bbox=${boxAround(shown).join(',')}&datum=${datum}`);
    expect((await events.next(1))[0].data).toMatchObject({ snapshot: true, items: [at(shown)] });
  });
});

test('what a tick tells is written once for each datum, whoever looks on', async () => {
  const api = await startTestApi();
  api.put('a', RAW);
  const clients = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const client = await streamClient(api);
      const bbox = [116 + Math.floor(i / 4) / 100, 39, 117, 41];
      client.say({ op: 'subscribe', id: 1, channel: 'positions', bbox, datum: DATUMS[i % 4] });
      await client.nextOf('positions');
      return client;
    }),
  );
  const written = counted(api);
  api.put('a', { lon: 116.5, lat: 40 });
  const told = await Promise.all(clients.map((client) => client.nextOf('positions')));
  for (const [i, { items }] of told.entries()) expect(items).toMatchObject([at(placeIn(DATUMS[i % 4], [116.5, 40]))]);
  // CGCS2000 and WGS-84 are one.
  expect(written.count).toBe(3);
});

/** How many items have been written since. */
function counted({ fleet }: TestApi): { count: number } {
  const counter = { count: 0 };
  const read = fleet.read.bind(fleet);
  fleet.read = (no, row) => {
    counter.count++;
    return read(no, row);
  };
  return counter;
}

test('subscriptions of alerts that differ in nothing but the datum are told each in its own', async () => {
  const api = await startTestApi();
  const clients = await Promise.all(DATUMS.map(() => streamClient(api)));
  for (const [i, client] of clients.entries()) {
    client.say({ op: 'subscribe', id: 'a', channel: 'alerts', datum: DATUMS[i] });
    await client.nextOf('subscribed');
  }
  api.feed.push([transition(1, alert({ position: { ...alert().position, ...RAW } }))]);
  for (const [i, client] of clients.entries()) {
    expect((await client.nextOf('alert')).alert?.position).toMatchObject(at(SHOWN[DATUMS[i]]));
  }
});

test('a datum that there is not is told, and so is one where there are no places', async () => {
  const api = await startTestApi();
  const client = await streamClient(api);
  const positions = { op: 'subscribe', channel: 'positions', bbox: [116, 39, 117, 41] };
  for (const [id, message] of [
    { ...positions, datum: 'mars' },
    { ...positions, datum: 'GCJ02' },
    { ...positions, datum: null },
    { op: 'subscribe', channel: 'alerts', datum: ['gcj02'] },
    { op: 'subscribe', channel: 'commands', datum: 'gcj02' },
    { op: 'update', datum: 'gcj02' },
  ].entries()) {
    client.say({ ...message, id });
    const error = await client.next();
    expect(error).toMatchObject({ type: 'error', id, code: 'bad-request' });
    expect(error.message).toContain('datum');
  }
  for (const path of ['/v1/stream/alerts?', '/v1/stream/positions?bbox=1,2,3,4&', '/v1/alerts?after=now&']) {
    const response = await api.get(`${path}datum=mars`);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'bad-request', details: [{ path: 'query.datum' }] } },
    ]);
  }
  client.say({ ...positions, id: 9 });
  expect(await client.next()).toMatchObject({ type: 'subscribed', id: 9 });
});
