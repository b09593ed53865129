import { expect, test } from 'vitest';
import { streamClient } from './stream-client.js';
import { startTestApi } from './support.js';

test('ready does not depend on the database, but tells of it', async () => {
  const api = await startTestApi();
  api.readiness.parts.database = { state: 'away', detail: 'connection refused' };
  const away = await fetch(`${api.url}/readyz`);
  expect([away.status, await away.json()]).toMatchObject([
    200,
    { ready: true, parts: { database: { state: 'away' } } },
  ]);
  api.readiness.ready = false;
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  expect(await (await fetch(`${api.url}/livez`)).json()).toEqual({ alive: true });
});

test('the series say what the counters say', async () => {
  const api = await startTestApi();
  api.put('京A1', {}, { plate: '京A12345' });
  const client = await streamClient(api);
  client.say({ op: 'subscribe', id: 1, channel: 'alerts' });
  await client.nextOf('subscribed');
  await api.get('/v1/vehicles');
  await api.get('/v1/nothing');
  const answer = await fetch(`${api.url}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const text = await answer.text();
  for (const line of [
    'ingest_frames_received_total 12',
    'ingest_decode_errors_total{reason="bad-checksum"} 2',
    'ingest_positions_total{source="jt808"} 10',
    'store_rows_total 8',
    'store_ready 1',
    'engine_not_evaluable_total{reason="late"} 1',
    'alerts_total{kind="overspeed"} 3',
    'ingest_connections_closed_total{reason="idle"} 2',
    'ingest_pauses_total{reason="rate"} 2',
    'ingest_waiting_frames 3',
    'files_total{outcome="failed"} 1',
    'files_items_total{outcome="taken"} 6',
    'feed_sources_connected 1',
    'feed_sources_ended_total{reason="silent"} 2',
    'ingest_datagrams_lost_total 1',
    '# TYPE ack_latency_seconds histogram',
    'ack_latency_seconds_bucket{le="0.01"} 8',
    'ack_latency_seconds_bucket{le="+Inf"} 9',
    'ack_latency_seconds_sum 0.125',
    'ack_latency_seconds_count 9',
    'ws_clients 1',
    'ws_subscriptions 1',
    'http_requests_total{route="/v1/vehicles",status="200"} 1',
    'http_requests_total{route="file",status="404"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(text).toMatch(/^event_loop_lag_seconds [\d.e-]+/m);
  expect(text).not.toContain('京A');
  // Counted where it happens and not here: a second scrape adds nothing.
  expect(await (await fetch(`${api.url}/metrics`)).text()).toContain('\ningest_frames_received_total 12\n');
});

test('counters and what was refused can be read, the newest first', async () => {
  const api = await startTestApi();
  expect(await (await api.get('/v1/stats/live')).json()).toMatchObject({
    frames: { received: 12 },
    stream: { clients: 0 },
  });
  for (let number = 5; number > 0; number--) {
    const bytes = Uint8Array.of(0x7e, number);
    api.quarantined.push({
      number,
      at: 1000 * number,
      source: 'jt808',
      reason: 'bad-checksum',
      detail: 'd',
      peer: '139',
      address: null,
      length: 2,
      bytes,
    });
  }
  const first = (await (await api.get('/v1/quarantine?limit=3')).json()) as {
    items: { bytes: string; at: string }[];
    cursor: string;
  };
  expect(first.items.map(({ bytes }) => bytes)).toEqual(['7e05', '7e04', '7e03']);
  expect(first.items[0].at).toBe('1970-01-01T00:00:05.000Z');
  const second = (await (await api.get(`/v1/quarantine?limit=3&cursor=${first.cursor}`)).json()) as {
    items: unknown[];
    cursor: null;
  };
  expect([second.items.length, second.cursor]).toEqual([2, null]);
});
