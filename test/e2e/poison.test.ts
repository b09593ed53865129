import { expect, onTestFinished, test } from 'vitest';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved, liveStats } from '../support/conservation.js';
import { countPositions, embeddedUrl, query } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

const FIXES = 3000;
const POISON_HEADING = 77;

/** The row "poison record" of the reliability sheet §14. */
test('records that the database refuses are set apart alone, whole and counted; everything around them is stored', {
  timeout: 120_000,
}, async () => {
  const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay' });
  onTestFinished(() => server.end());
  await waitFor(
    'the database',
    () => liveStats(server),
    ({ store }) => store.state === 'ready',
  );
  const url = embeddedUrl(server.now.dataDir);
  // Nothing that ingest lets through is refused by our own tables, so the database is given a whim.
  await query(url, `alter table positions add constraint whim check (heading <> ${POISON_HEADING}) not valid`);

  const start = Date.UTC(2026, 0, 1);
  const items = Array.from({ length: FIXES }, (_, i) => ({
    vehicleId: `v${i % 10}`,
    time: new Date(start + Math.floor(i / 10) * 1000).toISOString(),
    lon: 120 + i / 1e5,
    lat: 31.5,
    // Some stand alone, and some in a row.
    heading: i % 500 === 250 || (i >= 1000 && i < 1005) ? POISON_HEADING : i % 70,
  }));
  const poison = items.filter(({ heading }) => heading === POISON_HEADING);
  for (let i = 0; i < FIXES; i += 600) {
    expect((await server.now.api('/v1/positions', { body: items.slice(i, i + 600) })).status).toBe(200);
  }
  const stats = await drained(server);
  expectConserved(stats);
  expect(stats.store).toMatchObject({ storedNew: FIXES - poison.length, quarantined: poison.length, duplicate: 0 });
  expect(await countPositions(url)).toEqual({ rows: FIXES - poison.length, distinct: FIXES - poison.length });

  const kept = await query<{ sqlstate: string; error: string; record: string }>(
    url,
    'select * from quarantine order by seq',
  );
  expect(new Set(kept.map(({ sqlstate }) => sqlstate))).toEqual(new Set(['23514']));
  expect(kept[0].error).toContain('whim');
  const times = kept.map(({ record }) => new Date((JSON.parse(record) as { fixTime: number }).fixTime).toISOString());
  expect(times.sort()).toEqual(poison.map(({ time }) => time).sort());

  // Killed and started again it does not try them a second time.
  await server.now.kill();
  await server.restart();
  const again = await drained(server);
  expectConserved(again);
  expect(again.store).toMatchObject({ storedNew: FIXES - poison.length, quarantined: poison.length });
});
