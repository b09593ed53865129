import { expect, test } from 'vitest';
import type { FenceProperties } from '../../model/fence.js';
import { DatabaseAway, fix, startTestApi, type TestApi } from './support.js';

const NIGHT = {
  type: 'speed-limit',
  params: { limit: 60 },
  scope: { categories: ['coach'] },
  clause: '国发〔2012〕30号',
};
const T0 = Date.UTC(2024, 4, 1, 8);

interface ErrorBody {
  error: { code: string; details: { path: string; message: string }[] };
}

async function refused(api: TestApi, body: unknown) {
  const answer = await api.send('POST', '/v1/rules', body);
  const { error } = (await answer.json()) as ErrorBody;
  return { status: answer.status, paths: error.details.map(({ path }) => path) };
}

/** A coach that drives, a fix each ten seconds, at these speeds. */
function driven(api: TestApi, ...speeds: number[]): void {
  const coach = api.put('c1', {}, { category: 'coach' });
  api.history.fixes.set(
    coach.no,
    speeds.map((speedKmh, i) => {
      const fixTime = T0 + i * 10_000;
      return fix(coach.no, { speedKmh, fixTime, receivedTime: fixTime + 1000 });
    }),
  );
}

test('a rule is defined, read, replaced and removed', async () => {
  const api = await startTestApi();
  const made = await api.send('POST', '/v1/rules', { id: 'coach', ...NIGHT });
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe('/v1/rules/coach');
  const rule = await made.json();
  expect(rule).toMatchObject({ ...NIGHT, id: 'coach', name: 'speed-limit', severity: 'warning', enabled: true });
  expect(await (await api.get('/v1/rules/coach')).json()).toEqual(rule);
  expect((await api.send('POST', '/v1/rules', { id: 'coach', ...NIGHT })).status).toBe(409);
  const put = await api.send('PUT', '/v1/rules/coach', { ...NIGHT, effectiveFrom: '2024-06-01T00:00:00+08:00' });
  expect(put.status).toBe(200);
  expect(await put.json()).toMatchObject({ effectiveFrom: '2024-05-31T16:00:00.000Z', effectiveTo: null });
  expect((await api.send('PUT', '/v1/rules/other', NIGHT)).status).toBe(201);
  const first = (await (await api.get('/v1/rules?limit=1')).json()) as { items: { id: string }[]; cursor: string };
  const rest = (await (await api.get(`/v1/rules?cursor=${first.cursor}`)).json()) as typeof first;
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(['coach', 'other']);
  expect((await api.send('DELETE', '/v1/rules/coach')).status).toBe(204);
  expect((await api.get('/v1/rules/coach')).status).toBe(404);
  expect(api.log.changes.map(({ type }) => type)).toEqual(['rule-put', 'rule-put', 'rule-put', 'rule-delete']);
});

test('an id that was given is not given again: alerts of a rule that was removed name it', async () => {
  const api = await startTestApi();
  const named = async () => ((await (await api.send('POST', '/v1/rules', NIGHT)).json()) as { id: string }).id;
  const gone = await named();
  await api.send('DELETE', `/v1/rules/${gone}`);
  expect(new Set([gone, await named(), ...(await Promise.all([named(), named()]))]).size).toBe(4);
});

test('what is wrong with a rule is said with its place', async () => {
  const api = await startTestApi();
  expect(await refused(api, { type: 'speed' })).toEqual({ status: 400, paths: ['body.type'] });
  expect(await refused(api, { type: 'speed-limit', params: { limit: 0 } })).toEqual({
    status: 400,
    paths: ['body.params.limit'],
  });
  const nowhere = { type: 'offline', scope: { regions: ['32', 'Wuxi'], except: { regions: ['3'] } } };
  expect((await refused(api, nowhere)).paths).toEqual(['body.scope.regions[1]', 'body.scope.except.regions[0]']);
  expect((await refused(api, { type: 'forbidden-inside' })).paths).toEqual(['body.scope.fences']);
  expect((await refused(api, { type: 'forbidden-inside', scope: { fences: ['none'] } })).paths).toEqual([
    'body.scope.fences[0]',
  ]);
  expect((await refused(api, { type: 'offline', scope: { fences: ['none'] } })).paths).toEqual(['body.scope.fences']);
  const line = {
    line: [
      [120, 31],
      [120.1, 31],
      [120.2, 31],
    ],
    width: [100],
  };
  expect((await refused(api, { type: 'route-deviation', params: line })).paths).toEqual(['body.params.width']);
  const dates = { effectiveFrom: '2024-06-01T00:00:00Z', effectiveTo: '2024-05-01T00:00:00Z' };
  expect((await refused(api, { ...NIGHT, ...dates })).paths).toEqual(['body.effectiveTo']);
  expect(api.catalog.rules.size).toBe(0);
});

test('a rule whose alerts would be taken for those of another one is refused, whichever came first', async () => {
  const api = await startTestApi();
  await api.send('PUT', '/v1/fences/depot', {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [120, 31] },
    properties: { name: 'depot', radius: 100 },
  });
  const inside = { type: 'forbidden-inside', scope: { fences: ['depot'] } };
  expect((await api.send('PUT', '/v1/rules/night', inside)).status).toBe(201);
  expect(await refused(api, { id: 'night:depot', ...NIGHT })).toEqual({ status: 409, paths: ['body.id'] });
  expect((await api.send('PUT', '/v1/rules/night:yard', NIGHT)).status).toBe(201);
  expect((await api.send('PUT', '/v1/rules/night', { ...inside, severity: 'info' })).status).toBe(200);
  expect((await api.send('PUT', '/v1/rules/cards:expired', NIGHT)).status).toBe(201);
  const put = await api.send('PUT', '/v1/rules/cards', { type: 'driver-card' });
  expect(put.status).toBe(409);
  expect(await put.json()).toMatchObject({
    error: { code: 'conflict', message: expect.stringContaining('"cards:expired"') },
  });
});

test('the kinds of rules are listed with what they ask for', async () => {
  const api = await startTestApi();
  const { items } = (await (await api.get('/v1/rule-kinds')).json()) as { items: { type: string; params: object }[] };
  expect(items.length).toBeGreaterThanOrEqual(17);
  expect(items.find(({ type }) => type === 'offline')?.params).toMatchObject({
    properties: { seconds: { type: 'number', default: 600 } },
  });
});

test('a rehearsal says how many, which, and the difference to the rule in force', async () => {
  const api = await startTestApi();
  driven(api, 50, ...Array(6).fill(70), ...Array(12).fill(50), ...Array(6).fill(90), ...Array(8).fill(50));
  const window = { from: '2024-05-01T08:00:00Z', to: '2024-05-01T09:00:00Z' };
  const rehearse = async (rule: object) => {
    const answer = await api.send('POST', '/v1/rules/rehearse', { rule, ...window });
    expect(answer.status).toBe(200);
    return answer.json();
  };
  const alone = await rehearse(NIGHT);
  expect(alone).toMatchObject({ vehicles: 1, fixes: 33, cut: false, count: 2, inForce: null });
  expect(alone).toMatchObject({
    alerts: [
      { vehicleId: 'c1', occurredAt: '2024-05-01T08:00:10.000Z', clearedAt: expect.any(String) },
      { occurredAt: '2024-05-01T08:03:10.000Z' },
    ],
  });
  expect(await rehearse({ ...NIGHT, enabled: false })).toEqual(alone);
  await api.send('PUT', '/v1/rules/coach', NIGHT);
  const higher = await rehearse({ ...NIGHT, id: 'coach', params: { limit: 80 } });
  expect(higher).toMatchObject({
    count: 1,
    inForce: { count: 2, both: 1, added: [], missing: [{ occurredAt: '2024-05-01T08:00:10.000Z' }] },
  });
  const long = { rule: NIGHT, from: '2024-05-01T08:00:00Z', to: '2024-07-01T08:00:00Z' };
  expect((await api.send('POST', '/v1/rules/rehearse', long)).status).toBe(400);
  api.history.track = async function* () {
    yield [];
    throw new DatabaseAway();
  };
  expect((await api.send('POST', '/v1/rules/rehearse', { rule: NIGHT, ...window })).status).toBe(503);
});

test('why-not compares every condition at the time', async () => {
  const api = await startTestApi();
  driven(api, 50, 70, 70, 70, 70, 50);
  await api.send('PUT', '/v1/rules/coach', NIGHT);
  const ask = async (vehicle: string, rule: string, time: string) => {
    const answer = await api.get(`/v1/why-not?vehicle=${vehicle}&rule=${rule}&time=${time}`);
    return {
      status: answer.status,
      body: (await answer.json()) as { rules: { raised: boolean; checks: { what: string; result: boolean }[] }[] },
    };
  };
  const { body } = await ask('c1', 'coach', '2024-05-01T08:00:40Z');
  expect(body).toMatchObject({ vehicleId: 'c1', rules: [{ ruleId: 'rule:coach', raised: false, fenceId: null }] });
  expect(body.rules[0].checks).toMatchObject([
    { what: 'the vehicle is in the scope of the rule', result: true },
    { what: 'the rule is in force at this time', result: true },
    { what: 'speed', value: 70, threshold: 60, result: true },
    { what: 'duration', value: 30, is: '>', threshold: 30, result: false },
    { what: 'the condition holds', result: true },
  ]);
  // The rule is younger than that time.
  expect(body).toMatchObject({
    read: { from: '2024-05-01T08:00:00.000Z', fixes: 5, complete: true },
    forms: [{ object: 'rule/coach', form: 'absent' }],
  });
  const later = await ask('c1', 'coach', '2024-05-01T08:00:50Z');
  expect(later.body.rules[0].checks.find(({ what }) => what === 'speed')).toMatchObject({ value: 50, result: false });
  const before = await ask('c1', 'rule:coach', '2024-05-01T07:00:00Z');
  expect(before.body.rules[0].checks.at(-1)).toMatchObject({ what: 'a fix that counts', result: false });
  api.put('t1', {}, { category: 'truck' });
  expect((await ask('t1', 'coach', '2024-05-01T08:00:40Z')).body.rules[0].checks[0]).toMatchObject({ result: false });
  expect((await ask('c1', 'none', '2024-05-01T08:00:40Z')).status).toBe(404);
  expect((await ask('nobody', 'coach', '2024-05-01T08:00:40Z')).status).toBe(404);
});

test('why-not speaks of the rules of fences too', async () => {
  const api = await startTestApi();
  driven(api, 50, 50);
  const properties: FenceProperties = { name: 'zone', rules: [{ type: 'enter' }], radius: 100 };
  await api.registry.putFence({ id: 'zone', geometry: { type: 'Point', coordinates: [121, 31] }, properties });
  const path = '/v1/why-not?vehicle=c1&rule=fence:zone:enter&time=2024-05-01T08:00:40Z';
  expect(await (await api.get(path)).json()).toMatchObject({
    rules: [
      {
        fenceId: 'zone',
        raised: false,
        checks: [
          { result: true },
          { what: 'the rule is in force at this time', result: true },
          { what: 'inside the fence', result: false },
          { what: 'the condition holds', result: false },
        ],
      },
    ],
  });
});

test('a pack of the law is put in force as rules like any other', async () => {
  const api = await startTestApi();
  const packs = (await (await api.get('/v1/rule-packs')).json()) as {
    items: { id: string; rules: { id: string }[] }[];
  };
  expect(packs.items.map(({ id }) => id)).toContain('national');
  const installed = await api.send('POST', '/v1/rule-packs/national/install');
  expect(installed.status).toBe(200);
  expect([...api.catalog.rules.keys()]).toEqual(packs.items[0].rules.map(({ id }) => id));
  expect(api.catalog.rules.get('national.coach-night-speed')).toMatchObject({
    params: { night: { factor: 0.8 } },
    effectiveFrom: Date.parse('2012-07-22T00:00:00+08:00'),
  });
  expect((await api.send('POST', '/v1/rule-packs/none/install')).status).toBe(404);
});

test('why-not of a rule in a fence with timing says where the vehicle was, and what the timing asks for', async () => {
  const api = await startTestApi();
  driven(api, 50, 50);
  const properties: FenceProperties = {
    name: 'zone',
    rules: [{ type: 'overspeed', limit: 40, timing: { coolDown: 600 } }],
    radius: 100,
  };
  await api.registry.putFence({ id: 'zone', geometry: { type: 'Point', coordinates: [121, 31] }, properties });
  const path = '/v1/why-not?vehicle=c1&rule=fence:zone:overspeed&time=2024-05-01T08:00:40Z';
  const { rules } = (await (await api.get(path)).json()) as { rules: { checks: object[] }[] };
  expect(rules[0].checks.slice(2)).toMatchObject([
    { what: 'inside the fence', result: false },
    { what: 'speed', value: 50, threshold: 40, result: true },
    { what: 'time since the last alert', value: null, threshold: 600, result: true },
    { what: 'the condition holds', result: false },
  ]);
});
