import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { replay } from '../../cli/replay.js';
import { readTracks } from '../../cli/support/tracks.js';
import { gmt8BcdToMs } from '../../model/units.js';
import { FakePlatform, general, politely } from '../support/fake-platform.js';
import { tempDir } from '../support/temp-dir.js';

const START = Date.UTC(2020, 6, 18);
const FIX_TIME_AT = 22;

/** Three vehicles of four fixes, ten seconds apart; the file is sorted by vehicle. */
async function recording() {
  const lines = ['1', '86627503122318', '苏B1'].flatMap((vehicle, v) =>
    [0, 10, 20, 30].map(
      (s) => `${vehicle},${new Date(START + s * 1000).toISOString()},${120 + v / 100},${31 + s / 1e4}`,
    ),
  );
  const file = join(await tempDir(), 'tracks.csv');
  await writeFile(file, `vehicle,time,lon,lat\n${lines.join('\n')}\n`);
  return readTracks(file);
}

async function platform(answer = politely): Promise<FakePlatform> {
  const fake = await FakePlatform.start(answer);
  onTestFinished(() => fake.stop());
  return fake;
}

const locations = (fake: FakePlatform) => fake.received.filter(({ msgId }) => msgId === 0x0200);

test('each vehicle is a terminal, the times are those of the file, and all is acknowledged', async () => {
  const fake = await platform();
  const summary = await replay(await recording(), { to: fake.to, speed: Infinity, window: 2 });
  expect(summary).toMatchObject({ terminals: 3, fixes: 12, acknowledged: 12, resent: 0, refused: 0, badLines: 0 });
  const times = locations(fake).map(({ body }) => (gmt8BcdToMs(body, FIX_TIME_AT) - START) / 1000);
  expect(times.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30]);
  expect(new Set(fake.received.map(({ edition }) => edition))).toEqual(new Set(['2013', '2019']));
});

test('plays at so many times its own speed', async () => {
  const fake = await platform();
  const { seconds } = await replay(await recording(), { to: fake.to, speed: 60, window: 2 });
  expect(seconds).toBeGreaterThanOrEqual(0.5);
  const [first, last] = [locations(fake)[0], locations(fake)[11]];
  expect(last.at - first.at).toBeGreaterThan(400);
});

test('--end-now moves the last fix to now and keeps the distances in time', async () => {
  const fake = await platform();
  const before = Date.now();
  await replay(await recording(), { to: fake.to, speed: Infinity, window: 1, endNow: true });
  const times = locations(fake).map(({ body }) => gmt8BcdToMs(body, FIX_TIME_AT));
  const [oldest, newest] = [Math.min(...times), Math.max(...times)];
  expect(newest - oldest).toBe(30_000);
  expect(newest).toBeGreaterThan(before - 1000);
  expect(newest).toBeLessThanOrEqual(Date.now());
});

test('counts what the platform refuses', async () => {
  const fake = await platform((message) => (message.msgId === 0x0200 ? general(message, 2) : politely(message)));
  const summary = await replay(await recording(), { to: fake.to, speed: Infinity, window: 2 });
  expect(summary).toMatchObject({ acknowledged: 0, refused: 12 });
});
