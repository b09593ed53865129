import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { localUrl } from '../config/local-url.js';
import { loadSettings } from '../config.js';
import { layFences, simulate } from './simulate.js';
import { examples, numberAbove, wholeNumber } from './support/command.js';
import type { Scenario } from './support/scenario.js';

const SECONDS_BETWEEN_VIOLATIONS = 5;
const VIOLATIONS = 600;

export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'Run the whole system in a temporary directory, with a made-up fleet that drives, stops and violates rules.',
    )
    .option('--vehicles <n>', 'how many', wholeNumber(1, 100_000), 1000)
    .option('--rate <hz>', 'reports per second of each vehicle', numberAbove(0), 0.5)
    .option('--seed <n>', 'where chance starts', wholeNumber(0, 2 ** 31), 1)
    .action(demo);
  return examples(command, 'cheji demo', 'CHEJI_HTTP_PORT=9080 cheji demo --vehicles 5000 --rate 0.2');
}

async function demo(options: { vehicles: number; rate: number; seed: number }): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  const dataDir = await mkdtemp(join(tmpdir(), 'cheji-demo-'));
  await chmod(dataDir, 0o755); // started by root, the database runs as somebody else
  try {
    await show(dataDir, options, stop.signal);
  } catch (error) {
    console.error(`cheji: ${error instanceof Error ? error.message : String(error)}`);
    await rm(dataDir, { recursive: true, force: true });
    process.exit(1); // a part that was opened before the one that failed may hold the process
  }
  await rm(dataDir, { recursive: true, force: true });
}

async function show(
  dataDir: string,
  options: { vehicles: number; rate: number; seed: number },
  signal: AbortSignal,
): Promise<void> {
  const key = randomBytes(24).toString('base64url');
  const { settings } = loadSettings({ CHEJI_ADMIN_KEY: key, ...process.env, CHEJI_DATA_DIR: dataDir });
  // Loaded here, so that the other commands start at once, and `doctor` runs where native code does not load.
  const { start } = await import('../main.js');
  const running = await start(settings);
  try {
    const url = localUrl(settings.httpHost, settings.httpPort);
    const scenario = demoScenario(options.vehicles);
    await layFences(scenario, url, settings.adminKey ?? key);
    console.log(
      `\n${options.vehicles} vehicles are on their way: ${url}/?key=${settings.adminKey}\nCtrl-C ends the demo and removes ${dataDir}\n`,
    );
    const to = { host: '127.0.0.1', port: settings.jt808Port };
    await simulate({ ...options, to, duration: Infinity, window: 4, scenario, signal });
  } finally {
    await running.stop();
  }
}

/** Fences over the town, and one violation after the other for the first hour. */
export function demoScenario(vehicles: number): Scenario {
  const fences: Scenario['fences'] = [
    { name: 'Railway station', lon: 120.301, lat: 31.588, radius: 700 },
    { name: 'School zone', lon: 120.276, lat: 31.571, radius: 500, limit: 30 },
    { name: 'Old town', lon: 120.301, lat: 31.574, radius: 900, limit: 50 },
    { name: 'Depot', lon: 120.338, lat: 31.552, radius: 400 },
    { name: 'Tanker ban', lon: 120.262, lat: 31.607, radius: 1200 },
  ];
  const violations: Scenario['violations'] = Array.from({ length: VIOLATIONS }, (_, i) => {
    const vehicle = ((i * 37) % vehicles) + 1;
    const at = 5 + i * SECONDS_BETWEEN_VIOLATIONS;
    if (i % 10 === 9) return { type: 'sos', vehicle, at, duration: 60 };
    if (i % 3 === 0) return { type: 'fence', vehicle, at, duration: 900, fence: fences[i % fences.length].name };
    return { type: 'overspeed', vehicle, at, duration: 90, speed: 90 + (i % 5) * 10 };
  });
  return { fences, violations };
}
