import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadFleet } from '../../bench/support/load-fleet.js';
import { environment } from '../../bench/support/server-process.js';
import { CLI, ROOT, runCheji } from '../support/cheji.js';
import { connected, embeddedServer } from '../support/postgres.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const VEHICLES = 400;
const FIXES = 200_000;
const ALERTS = 40_000;
const server = embeddedServer();

/** Three at a time. */
const MANY_ALERTS = `
  insert into alerts (id, type, severity, state, vehicle_id, rule_id, rule_revision, occurred_at, detected_at, position, evidence, revision)
  select 'a' || lpad(n::text, 8, '0'), 'overspeed', 'warning', 'raised', 'v' || n % 7, 'r', 1, time, time, '{}', '{}', 1
  from generate_series(1, $1::integer) as n, lateral (select '2025-01-01 00:00+00'::timestamptz + n / 3 * interval '1 second') as at (time)`;

const PERIOD = ['--from', '2024-12-01', '--to', '2025-12-01'];

/** Kills an export once it has noted a place, and once more when it went on, and holds what it makes at last against `args` in peace. */
async function killedTwice(url: string, args: string[], rows: number): Promise<void> {
  const dir = await tempDir();
  const env = { CHEJI_DATABASE_URL: url };
  const into = (file: string) => ['export', ...args, ...PERIOD, '--out', join(dir, file)];
  const peace = await runCheji(into('peace'), { env });
  expect([peace.code, JSON.parse(peace.stdout).rows]).toEqual([0, rows]);

  const file = join(dir, 'killed');
  const noted = async () => {
    const text = await readFile(`${file}.progress`, 'utf8').catch(() => '{"rows":0}');
    return (JSON.parse(text) as { rows: number }).rows;
  };
  const places: number[] = [];
  for (const resume of [[], ['--resume']]) {
    const before = await noted();
    const child = spawn(process.execPath, [CLI, ...into('killed'), ...resume], {
      cwd: ROOT,
      env: environment(env),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await waitFor('a mark', noted, (now) => now > before, { everyMs: 1 });
    child.kill('SIGKILL');
    await once(child, 'close');
    places.push(await noted());
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, true]);
  }
  expect(places[0]).toBeGreaterThan(0);
  expect(places[1]).toBeGreaterThan(places[0]);
  expect(places[1]).toBeLessThan(rows);

  const other = await runCheji([...into('killed'), '--resume', '--vehicle', 'v1'], { env });
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('belongs to another export')]);
  const last = await runCheji([...into('killed'), '--resume'], { env });
  expect([last.code, JSON.parse(last.stdout)]).toMatchObject([0, { rows }]);
  const [whole, resumed] = await Promise.all([readFile(join(dir, 'peace')), readFile(file)]);
  expect(resumed.equals(whole)).toBe(true);
  expect(existsSync(`${file}.progress`)).toBe(false);
}

test.each(['csv', 'geojsonseq'])(
  'an export (%s) that was killed twice goes on, and gives the file of one in peace',
  { timeout: 180_000 },
  async (format) => {
    const url = await server.fresh();
    await connected(url, (db) => loadFleet(db, VEHICLES, FIXES));
    await killedTwice(url, ['tracks', '--format', format], FIXES);
  },
);

test('so does one of alerts', { timeout: 180_000 }, async () => {
  const url = await server.fresh();
  await connected(url, async (db) => {
    await loadFleet(db, 1, 1);
    await db.query(MANY_ALERTS, [ALERTS]);
  });
  await killedTwice(url, ['alerts', '--format', 'csv'], ALERTS);
  const whole = ['export', 'alerts', ...PERIOD, '--format', 'geojson', '--resume', '--out', 'never'];
  expect(await runCheji(whole)).toMatchObject({ stderr: expect.stringContaining('geojson file cannot be resumed') });
});
