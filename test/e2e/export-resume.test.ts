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
const server = embeddedServer();

test.each(['csv', 'geojsonseq'])(
  'an export (%s) that was killed twice goes on, and gives the file of one in peace',
  {
    timeout: 180_000,
  },
  async (format) => {
    const url = await server.fresh();
    await connected(url, (db) => loadFleet(db, VEHICLES, FIXES));
    const dir = await tempDir();
    const env = { CHEJI_DATABASE_URL: url };
    const args = (file: string) => {
      const of = ['--from', '2024-12-01', '--to', '2025-12-01', '--format', format, '--out', join(dir, file)];
      return ['export', 'tracks', ...of];
    };
    const peace = await runCheji(args('peace'), { env });
    expect([peace.code, JSON.parse(peace.stdout).rows]).toEqual([0, FIXES]);

    const file = join(dir, 'killed');
    const place = async () => {
      const text = await readFile(`${file}.progress`, 'utf8').catch(() => '{"place":0}');
      return (JSON.parse(text) as { place: number }).place;
    };
    const places: number[] = [];
    for (const resume of [[], ['--resume']]) {
      const before = await place();
      const child = spawn(process.execPath, [CLI, ...args('killed'), ...resume], {
        cwd: ROOT,
        env: environment(env),
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await waitFor('a mark', place, (now) => now > before, { everyMs: 1 });
      child.kill('SIGKILL');
      await once(child, 'close');
      places.push(await place());
      expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, true]);
    }
    expect(places[0]).toBeGreaterThan(0);
    expect(places[1]).toBeGreaterThan(places[0]);
    expect(places[1]).toBeLessThan(VEHICLES);

    const other = await runCheji([...args('killed'), '--resume', '--vehicle', 'v1'], { env });
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('belongs to another export')]);
    const last = await runCheji([...args('killed'), '--resume'], { env });
    expect([last.code, JSON.parse(last.stdout)]).toMatchObject([0, { rows: FIXES }]);
    const [whole, resumed] = await Promise.all([readFile(join(dir, 'peace')), readFile(file)]);
    expect(resumed.equals(whole)).toBe(true);
    expect(existsSync(`${file}.progress`)).toBe(false);
  },
);
