import { expect, test } from 'vitest';
import { startTestApi } from './support.js';

const NUMBER = '13800138000';

async function withVehicle() {
  const api = await startTestApi();
  const vehicle = api.put('v1', {}, { terminals: [{ protocol: 'jt808', number: NUMBER }] });
  return { api, vehicle };
}

test('what registration shows holds until a person says otherwise, and again after they take it back', async () => {
  const { api } = await withVehicle();
  const shown = async () => ((await (await api.get('/v1/vehicles/v1')).json()) as { quirks: unknown }).quirks;
  const put = async (names: string[] | null) => (await api.send('PUT', '/v1/vehicles/v1/quirks', { names })).json();
  const holds = (names: string[], set: boolean) => [{ protocol: 'jt808', number: NUMBER, names, set }];
  expect(await shown()).toEqual(holds([], false));
  const said = { manufacturer: 'yzh', model: 'www.jtt808.cn' };
  await api.registry.putTerminal({ protocol: 'jt808', number: NUMBER, registered: true, ...said });
  expect(await shown()).toEqual(holds(['swapped-place'], false));
  expect(await put(['wrong-checksum', 'utc-clock'])).toEqual({ quirks: holds(['wrong-checksum', 'utc-clock'], true) });
  expect(await shown()).toEqual(holds(['wrong-checksum', 'utc-clock'], true));
  expect(await put([])).toEqual({ quirks: holds([], true) }); // none, whatever it registered as
  expect(await put(null)).toEqual({ quirks: holds(['swapped-place'], false) });
});

test('names that no protocol of the vehicle knows are refused, one by one', async () => {
  const { api } = await withVehicle();
  const answer = await api.send('PUT', '/v1/vehicles/v1/quirks', { names: ['utc-clock', 'left-handed'] });
  expect(answer.status).toBe(400);
  const { error } = (await answer.json()) as { error: { details: { path: string; message: string }[] } };
  expect(error.details).toEqual([
    { path: 'body.names[1]', message: expect.stringContaining('"left-handed" is none of jt808: wrong-checksum, ') },
  ]);
  expect(api.catalog.quirks.size).toBe(0);
  expect((await api.send('PUT', '/v1/vehicles/nobody/quirks', { names: [] })).status).toBe(404);
  api.put('taxi', {}, { terminals: [] });
  expect((await api.send('PUT', '/v1/vehicles/taxi/quirks', { names: [] })).status).toBe(422);
});

test('a log that takes nothing is told as such', async () => {
  const { api } = await withVehicle();
  api.log.accepting = false;
  expect((await api.send('PUT', '/v1/vehicles/v1/quirks', { names: [] })).status).toBe(503);
});
