import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { alertFilterSchema } from '../../../api/alerts/alert-filter.js';
import type { Alert, Severity } from '../../../model/alert.js';
import { publishAlerts } from '../../../parts/alert-deliveries.js';
import { Receiver } from '../../deliver/receiver.js';
import { StreamClient } from '../stream-client.js';
import { alert, startTestApi, type TestApi, transition } from '../support.js';
import { openEvents } from './feeds-support.js';

/** One value or a list of them, as JSON has a filter. */
type Filter = Record<string, string | readonly string[]>;

/** Who reads alerts in one way: `wanted` of them are to come, then the way breaks, and later it goes on. */
interface Way {
  /** Cursors that have come, in their order. */
  cursors: string[];
  breaksOff(): void | Promise<void>;
  goesOn(): void | Promise<void>;
}

const lastOf = (cursors: readonly string[]) => cursors.at(-1);
const queryOf = (filter: Filter) =>
  Object.entries(filter)
    .map(([name, value]) => `${name}=${encodeURIComponent([value].flat().join(','))}`)
    .join('&');

/** Each begins at the end of the log as it is. */
const WAYS: Record<string, (api: TestApi, filter: Filter) => Promise<Way>> = {
  async stream(api, filter) {
    const cursors: string[] = [];
    let client: StreamClient;
    const open = async (cursor: string) => {
      client = await new StreamClient(api).opened();
      client.socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString());
        if (message.type === 'alert') cursors.push(message.cursor);
      });
      client.say({ op: 'subscribe', id: 1, channel: 'alerts', filter, cursor });
      expect(await client.nextOf('subscribed')).toMatchObject({ recovered: true });
    };
    await open('now');
    const goesOn = () => open(lastOf(cursors) ?? 'now');
    return { cursors, breaksOff: () => client.socket.terminate(), goesOn };
  },

  async events(api, filter) {
    const cursors: string[] = [];
    let response: { destroy(): void };
    const open = async (cursor: string) => {
      const events = await openEvents(api, `/v1/stream/alerts?${queryOf(filter)}`, { 'last-event-id': cursor });
      ({ response } = events);
      expect(await events.next(1)).toMatchObject([{ data: { recovered: true } }]);
      const listen = async () => {
        for (;;) cursors.push(...(await events.next(1)).map(({ id }) => id));
      };
      listen().catch(() => {}); // when it is broken off nothing more comes
    };
    await open('now');
    return { cursors, breaksOff: () => void response.destroy(), goesOn: () => open(lastOf(cursors) ?? 'now') };
  },

  async pull(api, filter) {
    const cursors: string[] = [];
    let cursor = 'now';
    let going = true;
    const ask = async () => {
      const response = await api.get(`/v1/alerts?after=${cursor}&wait=0.1&limit=3&${queryOf(filter)}`);
      const page = (await response.json()) as { items: { cursor: string }[]; cursor: string; recovered: boolean };
      expect(page.recovered).toBe(true);
      cursors.push(...page.items.map((item) => item.cursor));
      ({ cursor } = page);
    };
    await ask();
    const run = async () => {
      while (going) await ask();
    };
    let running = run();
    onTestFinished(() => {
      going = false;
      return running;
    });
    return {
      cursors,
      breaksOff() {
        going = false;
        return running;
      },
      goesOn() {
        going = true;
        running = run();
      },
    };
  },

  async webhook(api, filter) {
    const receiver = await Receiver.start();
    const made = await api.send('POST', '/v1/webhooks', { url: receiver.url, filter });
    expect(made.status).toBe(201);
    const cursors: string[] = [];
    receiver.answer = (received, response) => {
      cursors.push(JSON.parse(received.body).cursor);
      receiver.take(received, response);
    };
    return { cursors, breaksOff: () => receiver.stop(), goesOn: () => receiver.listen() };
  },

  async mqtt(api, given) {
    const cursors: string[] = [];
    let away = false;
    const outlet = {
      async publish(_topic: string, payload: Uint8Array) {
        if (away) throw new Error('the broker is away');
        cursors.push(JSON.parse(Buffer.from(payload).toString()).cursor);
        return 'sent' as const;
      },
    };
    const parts = { deliveries: api.deliveries, alerts: api.feed, outlet, log: pino({ level: 'silent' }) };
    publishAlerts({ topic: 'cheji/{fenceId}/{type}', filter: alertFilterSchema.parse(given) }, parts);
    await expect.poll(() => api.deliveries.receiver('mqtt')).not.toBeNull();
    return { cursors, breaksOff: () => void (away = true), goesOn: () => void (away = false) };
  },
};

const TYPES = ['overspeed', 'fence-enter', 'fatigue-driving'];
const SEVERITIES: Severity[] = ['critical', 'warning', 'info'];
const REGIONS = ['320211', '3202', '3301', '132000', null];
const COMPANIES = ['Wuxi Taxi', 'Wuxi, Bus & Coach', null];
const VEHICLES = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7'];
const FENCES = ['f1', 'f2', null, 'f1-north'];

/** What each filter asks for, said here once more without the code that is tested. */
const FILTERS: [name: string, filter: Filter, wants: (alert: Alert) => boolean][] = [
  ['type', { type: ['overspeed', 'fence-enter'] }, ({ type }) => type === 'overspeed' || type === 'fence-enter'],
  ['severity', { severity: 'critical' }, ({ severity }) => severity === 'critical'],
  ['region', { region: '32' }, ({ region }) => region === '320211' || region === '3202'],
  ['company', { company: 'Wuxi Taxi' }, ({ company }) => company === 'Wuxi Taxi'],
  ['vehicle set', { vehicle: ['v1', 'v3', 'v7'] }, ({ vehicleId }) => ['v1', 'v3', 'v7'].includes(vehicleId)],
  ['fence', { fence: 'f1' }, ({ fenceId }) => fenceId === 'f1'],
  [
    'all six',
    {
      ...{ type: ['overspeed', 'fatigue-driving'], severity: ['critical', 'warning'], region: ['3202', '33'] },
      ...{ company: 'Wuxi Taxi', vehicle: VEHICLES.slice(0, 5), fence: ['f1', 'f2'] },
    },
    (a) =>
      a.type !== 'fence-enter' &&
      a.severity !== 'info' &&
      ['320211', '3202', '3301'].includes(a.region as string) &&
      a.company === 'Wuxi Taxi' &&
      a.vehicleId <= 'v5' &&
      (a.fenceId === 'f1' || a.fenceId === 'f2'),
  ],
];

/** Of all sorts, `first` to `last` by number; the last is one that everybody wants, so that nothing comes behind it unseen. */
function raiseAll(api: TestApi, first: number, last: number, wants: (alert: Alert) => boolean): string[] {
  const of = <T>(values: readonly T[], n: number) => values[n % values.length];
  const steps = Array.from({ length: last - first + 1 }, (_, i) => {
    const n = first + i === last ? 0 : first + i;
    const sort = { type: of(TYPES, n), severity: of(SEVERITIES, n >> 1), region: of(REGIONS, n) };
    const whose = { company: of(COMPANIES, n >> 2), vehicleId: of(VEHICLES, n), fenceId: of(FENCES, n >> 3) };
    const muted = first + i !== last && n % 11 === 0 ? 'mute-1' : null;
    return transition(first + i, alert({ ...sort, ...whose, muted }));
  });
  api.feed.push(steps);
  return steps
    .filter((step) => step.alert.muted === null && wants(step.alert))
    .map(({ number }) => api.feed.cursor(number));
}

describe.each(FILTERS)('alerts filtered by %s', (_, filter, wants) => {
  test.each(Object.keys(WAYS))('come by %s, each once and in order, also after a break', async (name) => {
    const api = await startTestApi();
    raiseAll(api, 1, 10, wants);
    const way = await WAYS[name](api, filter);
    const expected = raiseAll(api, 11, 300, wants);
    expect(expected.length).toBeGreaterThan(1);
    await expect.poll(() => way.cursors, { timeout: 10_000 }).toEqual(expected);
    await way.breaksOff();
    expected.push(...raiseAll(api, 301, 600, wants));
    await way.goesOn();
    await expect.poll(() => way.cursors, { timeout: 10_000 }).toEqual(expected);
    expect(expected.length).toBeLessThan(500);
  });
});

test.each([
  ['state', { state: 'raised' }],
  ['group', { group: 'a'.repeat(26) }],
  ['assignee', { assignee: 'Li' }],
  ['overdue', { overdue: true }],
  ['muted', { muted: [true, false] }],
])(
  '%s, which is in the filter of the stream, is in that of webhooks and of what is published',
  async (name, filter) => {
    const api = await startTestApi();
    const made = await api.send('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/', filter });
    expect(made.status).toBe(201);
    expect(alertFilterSchema.parse(filter)).toHaveProperty(name);
    const client = await new StreamClient(api).opened();
    client.say({ op: 'subscribe', id: 1, channel: 'alerts', filter });
    expect(await client.next()).toMatchObject({ type: 'subscribed' });
  },
);

test('what is no filter is refused on every way, with its place', async () => {
  const api = await startTestApi();
  const client = await new StreamClient(api).opened();
  for (const filter of [{ severity: 'loud' }, { fences: 'f1' }, { vehicle: [] }, { region: 'Wuxi' }]) {
    const [name] = Object.keys(filter);
    client.say({ op: 'subscribe', id: 1, channel: 'alerts', filter });
    const error = await client.next();
    expect([error.code, error.message]).toEqual(['bad-request', expect.stringContaining(name)]);
    const hook = await api.send('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/', filter });
    expect([hook.status, await hook.text()]).toEqual([400, expect.stringContaining(name)]);
    for (const path of ['/v1/stream/alerts?', '/v1/alerts?after=now&']) {
      const response = await api.get(path + queryOf(filter as unknown as Filter));
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(name)]);
    }
  }
});
