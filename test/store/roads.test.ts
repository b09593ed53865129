import { expect, test } from 'vitest';
import { readConditionalLimits } from '../../geo/conditional-limits.js';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import type { Road } from '../../model/road.js';
import { LogReader } from '../../store/log-reader.js';
import { Registry } from '../../store/registry.js';
import { onEveryServer } from '../support/postgres.js';
import { openShown } from './shown-support.js';
import { closeLogs, openLogs, rowsOf, storeAll } from './writer-support.js';

const road = (id: string, limits: Road['limits'] = {}) => ({
  id,
  name: null,
  highway: 'primary',
  oneWay: null,
  limits,
  lines: [[120, 31, 120.01, 31]],
});

const NIGHT: Road['conditional'] = { maxspeed: readConditionalLimits('60 @ (22:00-06:00)').limits };

test('main has the roads again after a restart, from its checkpoint and from the log behind it', async () => {
  const { shown: first, registry, restore, checkpoint, close } = await openShown();
  await registry.putRoads('s', [road('a'), road('b')]);
  await checkpoint();
  expect((await restore()).catalog.roads.ids()).toEqual(['a', 'b']);
  await registry.putRoads('s', [{ ...road('b', { maxspeed: 60 }), conditional: NIGHT }, road('c')]);
  await registry.deleteRoadSet('s', 2);
  const { roads } = (await restore()).catalog;
  expect(roads.ids()).toEqual(['b', 'c']);
  expect(roads.get('b')).toMatchObject({ revision: 2, limits: { maxspeed: 60 }, conditional: NIGHT });
  expect(roads.sets()).toEqual(first.catalog.roads.sets());
  await close();
});

onEveryServer('roads', (server) => {
  test('their newest form is in the database, and those that are gone are marked', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    const registry = new Registry(new Catalog(), logs.spool, () => Date.UTC(2026, 0, 1));
    const rows = async () =>
      (
        await rowsOf<{ id: string; set: string; maxspeed: number | null; gone: boolean }>(
          url,
          `select id, road_set as set, (limits ->> 'maxspeed')::int as maxspeed, deleted_at is not null as gone
           from roads order by id`,
        )
      ).map(({ id, set, maxspeed, gone }) => [id, set, maxspeed, gone]);
    await registry.putRoads('one', [road('a', { maxspeed: 40 }), road('b'), road('c')]);
    await registry.deleteRoad('c');
    await registry.putRoads('two', [
      road('a', { maxspeed: 60 }),
      { ...road('d', { maxspeed: 80 }), conditional: NIGHT },
    ]);
    await registry.deleteRoadSet('one');
    await storeAll(url, logs);
    expect(await rows()).toEqual([
      ['a', 'two', 60, false],
      ['b', 'one', null, true],
      ['c', 'one', null, true],
      ['d', 'two', 80, false],
    ]);
    // Tags with conditions are beside the others, as they are written.
    expect(await rowsOf(url, "select limits from roads where id = 'd'")).toEqual([
      { limits: { maxspeed: 80, 'maxspeed:conditional': '60 @ (22:00-06:00)' } },
    ]);
    // In later batches, and back again.
    await registry.putRoads('one', [road('c', { maxspeed: null })]);
    await registry.deleteRoadSet('two', 4);
    await storeAll(url, logs);
    expect(await rows()).toEqual([
      ['a', 'two', 60, true],
      ['b', 'one', null, true],
      ['c', 'one', null, false],
      ['d', 'two', 80, true],
    ]);
    await closeLogs(logs);
  });

  test('a database that comes when the log has forgotten them is told', async () => {
    const url = await server.fresh();
    const logs = await openLogs({ notBefore: 100 });
    const catalog = new Catalog();
    const change: Change = { type: 'roads-put', revision: 1, at: 0, roads: [{ ...road('a'), set: 's', revision: 1 }] };
    catalog.apply(change);
    const seed = { ...catalog.snapshot(), roads: [...catalog.roads.all()] };
    await new Registry(catalog, logs.spool, () => 0).putRoads('s', [road('b')]);
    await storeAll(url, logs, { catalog: async () => seed });
    expect(await rowsOf(url, 'select id from roads order by id')).toEqual([{ id: 'a' }, { id: 'b' }]);
    await closeLogs(logs);
  });
});

test('a hundred thousand roads are a hundred records of the log', async () => {
  const logs = await openLogs({ segmentBytes: 64 * 1024 * 1024 });
  const registry = new Registry(new Catalog(), logs.spool, () => 0);
  const flushesBefore = logs.spool.stats().flushes;
  const all: Promise<unknown>[] = [];
  for (let batch = 0; batch < 100; batch++) {
    all.push(
      registry.putRoads(
        'map',
        Array.from({ length: 1000 }, (_, i) => road(`way/${batch}-${i}`)),
      ),
    );
  }
  await Promise.all(all);
  expect(logs.spool.committedSeq).toBe(100);
  expect(logs.spool.stats().flushes - flushesBefore).toBeLessThanOrEqual(100);
  const reader = new LogReader(logs.spoolDir, 1, () => 100);
  let records = 0;
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) records += blocks.length;
  reader.close();
  expect(records).toBe(100);
  await closeLogs(logs);
});
