import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { PlantedTruth } from '../../cli/support/plants/scenario-plants.js';
import { type Score, score, scoreCells } from '../../cli/support/plants/score.js';
import type { Alert } from '../../model/alert.js';
import { ADMIN_KEY, ROOT, runCheji, TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { tempDir } from '../support/temp-dir.js';

interface TruthFile {
  speed: number;
  /** Our clock and that of the tracks, epoch ms. */
  clock: [ours: number, tracks: number][];
  plants: PlantedTruth[];
}

const SPEED = 60;
const DOCUMENT = join(ROOT, 'docs/truth-over-tcp.md');
const GROUNDS = { clean: 2, faulty: 5 };
/** Cells of the table by kind of rule. */
const clean = new Map<string, string>();
const faulty = new Map<string, string>();

test.each([
  { grounds: GROUNDS.clean, faults: false },
  { grounds: GROUNDS.faulty, faults: true },
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
    (wanted.faults ? faulty : clean).set(plant.name, scoreCells(found));
  }
  const off = scores.flatMap(({ name, missed, wrong }) => [...missed, ...wrong].map((what) => `${name}: ${what}`));
  const sum = (of: (each: (typeof scores)[number]) => number) => scores.reduce((total, each) => total + of(each), 0);
  if (off.length > 0) console.log(`not as planted:\n${off.join('\n')}`);
  if (!wanted.faults) expect(off).toEqual([]);
  expect([sum((s) => s.found) / sum((s) => s.expected) >= 0.99, off]).toEqual([true, off]);
  expect([sum((s) => s.found) / sum((s) => s.alerts) >= 0.99, off]).toEqual([true, off]);
});

// Times hang on the machine, and so, a little, does what faults leave to be found: they are written, and not compared.
test('the document has these kinds, with these figures where there are no faults', async () => {
  const isUpdated = expect.getState().snapshotState.snapshotUpdateState === 'all';
  if (isUpdated) await expect(document()).toMatchFileSnapshot(DOCUMENT);
  else expect(compared(await readFile(DOCUMENT, 'utf8'))).toBe(compared(document()));
});

afterAll(() => console.log(table().join('\n')));

function table(): string[] {
  return [
    '| kind | recall | precision | time to alert | recall, faults | precision, faults | time to alert, faults |',
    '|---|---|---|---|---|---|---|',
    ...[...clean].map(([name, cells]) => `| ${name} | ${cells} | ${faulty.get(name)} |`),
  ];
}

/** A row without what is not compared. */
function compared(text: string): string {
  return text.replace(/^(\| [^|]+ \| [\d.]+ \| [\d.]+ \|) .*$/gm, '$1');
}

function document(): string {
  return `# What is found over TCP

\`cheji simulate --scenario\` with \`plants\` plays every kind of violation as JT/T 808 terminals to a running server: locations, batches
that come late, reports without a fix, drivers' cards (0x0702). It lays vehicles, fences, roads and rules through the API first, and writes what
must be found, and when, into the truth file. The server runs with \`CHEJI_TIME_POLICY=replay\`.

\`\`\`
plants: { grounds: 5, faults: true, speed: 60 }      # kinds: [fatigue, sos] for some of them
\`\`\`

\`test/e2e/truth.test.ts\` does that at ${SPEED} times the speed, ${GROUNDS.clean} grounds of each kind without faults and ${GROUNDS.faulty} with the faults of [truth.md](truth.md), except that no clock is ahead (recorded times are trusted),
reads \`/v1/alerts\`, and with \`-u\` writes this page. Without faults every alert must be one that was planted, and every one must be there; with faults
99 % of both. Time to alert is in seconds of the tracks, mean and greatest, so it has ${SPEED} times what the wire, the disk and a
machine busy with other things took.

${table().join('\n')}
`;
}

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
