import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { PlantedTruth } from '../../cli/support/plants/scenario-plants.js';
import { type Score, score, scoreCells } from '../../cli/support/plants/score.js';
import type { Alert } from '../../model/alert.js';
import { ADMIN_KEY, runCheji, TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { tempDir } from '../support/temp-dir.js';

interface TruthFile {
  speed: number;
  /** Our clock and that of the tracks, epoch ms. */
  clock: [ours: number, tracks: number][];
  plants: PlantedTruth[];
}

const SPEED = 60;
const tables: string[] = [];

test.each([
  { grounds: 2, faults: false },
  { grounds: 5, faults: true },
])('over TCP, every kind of rule: $grounds grounds, faults $faults', { timeout: 600_000 }, async (wanted) => {
  const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' });
  onTestFinished(() => server.end());
  const scenario = join(await tempDir(), 'plants.json');
  await writeFile(scenario, JSON.stringify({ plants: { ...wanted, speed: SPEED } }));
  const to = `127.0.0.1:${server.now.jt808Port}`;
  const api = ['--api', server.now.url, '--key', ADMIN_KEY];
  const { code, stdout, stderr } = await runCheji(['simulate', '--to', to, '--scenario', scenario, ...api]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/expected alerts of \d+ kinds written/)]);
  const { fixes, acknowledged } = JSON.parse(stdout) as { fixes: number; acknowledged: number };
  expect(acknowledged).toBe(fixes);
  expectConserved(await drained(server));

  const truth = JSON.parse(await readFile(`${scenario}.truth.json`, 'utf8')) as TruthFile;
  // What silence decides is detected by the clock of the tracks, all else by ours.
  const detected = ({ detectedAt, evidence }: Alert) =>
    evidence.decidedBySilenceUntil !== undefined ? Date.parse(detectedAt) : onTracks(truth, Date.parse(detectedAt));
  const scores: ({ name: string } & Score)[] = [];
  for (const plant of truth.plants) {
    const alerts = (await alertsOf(server, plant.type)).filter(({ ruleId }) =>
      `${ruleId}:`.startsWith(`rule:${plant.rule}:`),
    );
    const expected = plant.expected.map(({ vehicles, began, known }) => ({
      vehicleIds: vehicles,
      began: Date.parse(began),
      known: Date.parse(known),
    }));
    const found = score(alerts, expected, detected);
    scores.push({ name: plant.name, ...found });
    tables.push(`| ${plant.name}${wanted.faults ? ', faults' : ''} | ${scoreCells(found)} |`);
  }
  const off = scores.flatMap(({ name, missed, wrong }) => [...missed, ...wrong].map((what) => `${name}: ${what}`));
  const sum = (of: (each: (typeof scores)[number]) => number) => scores.reduce((total, each) => total + of(each), 0);
  if (off.length > 0) console.log(`not as planted:\n${off.join('\n')}`);
  if (!wanted.faults) expect(off).toEqual([]);
  expect([sum((s) => s.found) / sum((s) => s.expected) >= 0.99, off]).toEqual([true, off]);
  expect([sum((s) => s.found) / sum((s) => s.alerts) >= 0.99, off]).toEqual([true, off]);
});

afterAll(() => console.log(`rule | recall | precision | time to alert, s: mean, greatest\n${tables.join('\n')}`));

/** What the clock of the tracks was when ours was `ours`. */
function onTracks({ clock, speed }: TruthFile, ours: number): number {
  const [at, tracks] = clock.findLast(([time]) => time <= ours) ?? clock[0];
  return tracks + (ours - at) * speed;
}

async function alertsOf(server: TestServer, type: string): Promise<Alert[]> {
  const alerts: Alert[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    type Page = { items: Alert[]; cursor: string | null };
    const { body } = await server.now.api<Page>(`/v1/alerts?type=${type}&limit=1000${after}`);
    alerts.push(...body.items);
    cursor = body.cursor;
  }
  return alerts;
}
