import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replayNmea } from '../../cli/support/nmea-replay.js';
import { ais } from '../../protocols/ais/index.js';
import { tcpServer } from '../ingest/tcp-support.js';
import { tempDir } from '../support/temp-dir.js';

const SHANGHAI = '!AIVDM,1,1,,B,B6:VU2P0<:;2r84N5obLOwR2P0S9,0*23';
const RIMES = '!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B';

async function play(lines: string[], more: { speed?: number; endNow?: boolean } = {}) {
  const s = await tcpServer({ protocol: ais, auth: 'off', isGateway: () => true });
  const file = join(await tempDir(), 'coast.nmea');
  await writeFile(file, lines.join('\n'));
  const bad: [number, string][] = [];
  const to = { host: '127.0.0.1', port: s.port };
  const summary = await replayNmea(file, { to, speed: Infinity, ...more }, (...one) => bad.push(one));
  await s.intake.whenDurable();
  return { s, summary, bad };
}

test('sentences are played with the times they were received at, and bad lines told', async () => {
  const at = Math.floor(Date.now() / 1000) - 100;
  const { s, summary, bad } = await play([
    '# log',
    `${SHANGHAI},${at}`,
    'x',
    `${RIMES.slice(0, -1)}C`,
    `${RIMES},${at + 60}`,
  ]);
  expect(summary).toMatchObject({ sentences: 2, badLines: 2 });
  expect(bad.map(([line]) => line)).toEqual([3, 4]);
  const times = s.logged().map(({ fixTime }) => fixTime);
  expect(times.map((time, i) => Math.abs(time - (at + i * 60) * 1000) <= 30_000)).toEqual([true, true]);
});

test('moved to end now, each keeps its distance in time', async () => {
  const { s } = await play([`${SHANGHAI},1394204400`, `${RIMES},1394208000`], { endNow: true });
  const [first, last] = s.logged().map(({ fixTime }) => fixTime);
  expect(Math.abs(Date.now() - last)).toBeLessThan(60_000);
  expect(Math.abs(last - first - 3600_000)).toBeLessThanOrEqual(60_000);
});
