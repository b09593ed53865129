import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { alert, fix, startTestApi, type TestApi, transition } from './support.js';

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        security: object[];
        parameters?: { name: string }[];
        responses: Record<string, { content?: Record<string, { schema: object }> }>;
      }
    >
  >;
  components: { schemas: Record<string, object> };
}

const read = async (api: TestApi) => (await (await fetch(`${api.url}/openapi.json`)).json()) as Document;

/** What contract §5 names and this part of the product serves. */
const PROMISED = {
  '/livez': ['get'],
  '/readyz': ['get'],
  '/metrics': ['get'],
  '/openapi.json': ['get'],
  '/asyncapi.json': ['get'],
  '/v1/vehicles': ['get'],
  '/v1/vehicles:nearest': ['get'],
  '/v1/vehicles/{id}': ['delete', 'get', 'put'],
  '/v1/vehicles/{id}/frames': ['get'],
  '/v1/vehicles/{id}/track': ['get'],
  '/v1/vehicles/{id}/meter-trips': ['get'],
  '/v1/vehicles/{id}/shifts': ['get'],
  '/v1/vehicles/{id}/trips': ['get'],
  '/v1/vehicles/{id}/mileage': ['get'],
  '/v1/reports/hourly': ['get'],
  '/v1/reports/daily': ['get'],
  '/v1/rule-kinds': ['get'],
  '/v1/rule-packs': ['get'],
  '/v1/rule-packs/{id}/install': ['post'],
  '/v1/rules': ['get', 'post'],
  '/v1/rules/rehearse': ['post'],
  '/v1/rules/{id}': ['delete', 'get', 'put'],
  '/v1/why-not': ['get'],
  '/v1/roads': ['delete', 'get', 'post'],
  '/v1/roads/{id}': ['delete', 'get', 'put'],
  '/v1/road-sets': ['get'],
  '/v1/weather': ['get'],
  '/v1/weather/{id}': ['delete', 'get', 'put'],
  '/v1/search/passages': ['post'],
  '/v1/playback': ['get'],
  '/v1/vehicles/{id}/uploads': ['get'],
  '/v1/fences': ['get', 'post'],
  '/v1/fences/consistency': ['get'],
  '/v1/fences/consistency/check': ['post'],
  '/v1/fences/{id}': ['delete', 'get', 'put'],
  '/v1/media': ['get'],
  '/v1/media/{id}': ['get'],
  '/v1/media/{id}/content': ['get'],
  '/v1/alerts': ['get'],
  '/v1/stream/alerts': ['get'],
  '/v1/stream/positions': ['get'],
  '/v1/webhooks': ['get', 'post'],
  '/v1/webhooks/{id}': ['delete', 'get', 'put'],
  '/v1/webhooks/{id}/secret': ['post'],
  '/v1/webhooks/{id}/ping': ['post'],
  '/v1/webhooks/{id}/deliveries': ['get'],
  '/v1/webhooks/{id}/dead-letters': ['get'],
  '/v1/webhooks/{id}/dead-letters/{no}': ['delete'],
  '/v1/webhooks/{id}/replay': ['post'],
  '/v1/mqtt/alerts': ['get'],
  '/v1/mqtt/alerts/deliveries': ['get'],
  '/v1/mqtt/alerts/dead-letters': ['get'],
  '/v1/mqtt/alerts/dead-letters/{no}': ['delete'],
  '/v1/mqtt/alerts/replay': ['post'],
  '/v1/alerts/{id}': ['get'],
  '/v1/alerts/{id}/why': ['get'],
  '/v1/alerts/{id}/acknowledge': ['post'],
  '/v1/alerts/{id}/assign': ['post'],
  '/v1/alerts/{id}/resolve': ['post'],
  '/v1/alerts/{id}/dismiss': ['post'],
  '/v1/alerts/{id}/reopen': ['post'],
  '/v1/alerts/{id}/appeal': ['post'],
  '/v1/alerts/{id}/decide': ['post'],
  '/v1/alerts/{id}/supervise': ['post'],
  '/v1/alerts/{id}/answer': ['post'],
  '/v1/alerts/{id}/history': ['get'],
  '/v1/alerts:handle': ['post'],
  '/v1/mutes': ['get', 'post'],
  '/v1/mutes/{id}': ['delete', 'put'],
  '/v1/vehicles/{id}/commands': ['post'],
  '/v1/commands': ['get', 'post'],
  '/v1/commands/{id}': ['get'],
  '/v1/audit': ['get'],
  '/v1/command-types': ['get'],
  '/v1/positions': ['post'],
  '/v1/stats/live': ['get'],
  '/v1/vehicles/{id}/quirks': ['put'],
  '/v1/quarantine': ['get'],
  '/v1/quarantine/groups': ['get'],
  '/v1/quarantine/{number}/explain': ['get'],
  '/v1/quarantine/rerun': ['post'],
  '/v1/protocols': ['get'],
  '/v1/protocols/{protocol}/explain': ['post'],
  '/v1/protocols/{protocol}/encode': ['post'],
};

test('the document has every route that is promised, and no other', async () => {
  const { openapi, paths } = await read(await startTestApi());
  expect(openapi).toBe('3.1.0');
  const methods = Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, Object.keys(item).sort()]));
  expect(methods).toEqual(PROMISED);
});

test('every route of the document answers, and without a key only those that say so', async () => {
  const api = await startTestApi();
  for (const [path, item] of Object.entries((await read(api)).paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const url = api.url + path.replace('{id}', 'aaaaaaaaaaaaaaaaaaaaaaaaaa');
      const answer = await fetch(url, { method: method.toUpperCase() });
      const closed = operation.security.length > 0;
      expect([method, path, answer.status === 401], `${method} ${path}: ${answer.status}`).toEqual([
        method,
        path,
        closed,
      ]);
      expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
    }
  }
});

test('every reference leads somewhere, and no two operations share a name', async () => {
  const document = await read(await startTestApi());
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
  expect(references.length).toBeGreaterThan(20);
  const wrong = references.filter(
    (reference) => !(reference.replace('#/components/schemas/', '') in document.components.schemas),
  );
  expect(wrong).toEqual([]);
  const names = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(document.paths['/v1/vehicles'].get.parameters?.map(({ name }) => name)).toContain('bbox');
});

test('the examples fit the schemas that they explain', async () => {
  const folder = join(import.meta.dirname, '../../api/schemas');
  const modules: object[] = await Promise.all(readdirSync(folder).map((file) => import(join(folder, file))));
  let checked = 0;
  for (const [name, schema] of modules.flatMap((module) => Object.entries(module))) {
    if (!(schema instanceof z.ZodType)) continue;
    for (const example of (schema.meta()?.examples ?? []) as unknown[]) {
      expect(schema.safeParse(example).error, name).toBeUndefined();
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(5);
});

test('what the server answers fits what the document says', async () => {
  const api = await startTestApi();
  const fence = { type: 'Feature', geometry: { type: 'Point', coordinates: [120, 31] }, properties: { radius: 50 } };
  await api.send('PUT', '/v1/fences/f1', fence);
  const { no } = api.put('v1', {}, { plate: '苏B1' });
  api.history.fixes.set(no, [fix(no)]);
  const a = alert({ fenceId: 'f1' });
  api.feed.push([transition(1, a)]);
  api.quarantined.push({
    number: 1,
    at: 1e12,
    source: 'jt808',
    reason: 'bad-checksum',
    detail: 'xor',
    peer: null,
    address: '::1',
    length: 2,
    bytes: Buffer.from('7e7e', 'hex'),
  });
  const document = await read(api);
  const answers: [path: string, response: Response][] = [
    ['/v1/vehicles', await api.get('/v1/vehicles')],
    ['/v1/vehicles:nearest', await api.get('/v1/vehicles:nearest?lon=120&lat=31')],
    ['/v1/vehicles/{id}', await api.get('/v1/vehicles/v1')],
    ['/v1/vehicles/{id}/track', await api.get('/v1/vehicles/v1/track')],
    ['/v1/fences', await api.get('/v1/fences')],
    ['/v1/fences/{id}', await api.get('/v1/fences/f1')],
    ['/v1/alerts', await api.get('/v1/alerts')],
    ['/v1/alerts/{id}', await api.get(`/v1/alerts/${a.id}`)],
    ['/v1/alerts/{id}/why', await api.get(`/v1/alerts/${a.id}/why`)],
    ['/v1/alerts/{id}/history', await api.get(`/v1/alerts/${a.id}/history`)],
    ['/v1/mutes', await api.get('/v1/mutes')],
    ['/v1/stats/live', await api.get('/v1/stats/live')],
    ['/v1/quarantine', await api.get('/v1/quarantine')],
    ['/v1/protocols', await api.get('/v1/protocols')],
    ['/livez', await api.get('/livez')],
    ['/readyz', await api.get('/readyz')],
  ];
  for (const [path, response] of answers) {
    expect([path, response.status]).toEqual([path, 200]);
    const declared = document.paths[path].get.responses['200'].content!['application/json'].schema;
    const whole = JSON.stringify({ ...declared, $defs: document.components.schemas });
    const schema = z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')));
    expect(schema.safeParse(await response.json()).error, path).toBeUndefined();
  }
});
