import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { ApiClient } from './support/api-client.js';
import { endpoint, examples, InputError, numberAbove, required, wholeNumber } from './support/command.js';
import { CommandAnswers } from './support/command-answers.js';
import { CLIENT_PROTOCOLS, type ClientRoute, openFixClient, outageTeller } from './support/fix-client.js';
import { SimulatedFleet, type SimulatedVehicle } from './support/fleet.js';
import { drivePlantings } from './support/plants/drive.js';
import { layPlantings } from './support/plants/lay.js';
import { type PlantsWanted, plantedTruth, plantingsOf } from './support/plants/scenario-plants.js';
import { fenceFeature, ordersOf, readScenario, type Scenario } from './support/scenario.js';
import type { TerminalFix } from './support/terminal-messages.js';
import { Truth } from './support/truth.js';

/** New connections per second: a fleet does not switch its ignition on in one moment. */
const CONNECTS_PER_SECOND = 400;

export interface SimulateOptions extends ClientRoute {
  vehicles: number;
  /** Reports per second of each vehicle. */
  rate: number;
  seed: number;
  /** Seconds; Infinity: until the signal. */
  duration: number;
  window: number;
  scenario?: Scenario;
  signal?: AbortSignal;
}

export interface SimulateSummary {
  vehicles: number;
  seed: number;
  fixes: number;
  acknowledged: number;
  resent: number;
  refused: number;
  seconds: number;
}

interface CommandOptions extends Omit<SimulateOptions, 'duration' | 'scenario' | 'signal'> {
  duration?: number;
  scenario?: string;
  truth?: string;
  api?: string;
  key?: string;
}

export function simulateCommand(): Command {
  const command = new Command('simulate')
    .description('Run a made-up fleet over real TCP; the same seed gives the same fleet.')
    .option('--vehicles <n>', 'how many', wholeNumber(1, 100_000))
    .option('--rate <hz>', 'reports per second of each vehicle', numberAbove(0), 0.1)
    .addOption(new Option('--protocol <name>', 'what the terminals speak').choices(CLIENT_PROTOCOLS).default('jt808'))
    .option('--to <host:port>', 'where the server listens for terminals', endpoint)
    .option('--user <name>', 'with MQTT: the name the vehicles log in with')
    .option('--password <text>', 'with MQTT: the password to it')
    .option('--tenant <name>', 'with MQTT: the second level of their topics', 'fleet')
    .option('--seed <n>', 'where chance starts', wholeNumber(0, 2 ** 31), 1)
    .option('--duration <seconds>', 'end after so long; without it, at Ctrl-C', numberAbove(0))
    .option('--window <messages>', 'messages that a terminal may have unacknowledged', wholeNumber(1, 1000), 4)
    .option('--scenario <file>', 'YAML or JSON: fences, and violations of named vehicles')
    .option('--truth <file>', 'where to write what must be detected (default: the scenario file + .truth.json)')
    .option('--api <url>', "lay the scenario's fences first, through this server's API; needs --key")
    .option('--key <key>', 'the admin key for --api')
    .action(run);
  return examples(
    command,
    'cheji simulate --vehicles 100 --rate 1 --to 127.0.0.1:6808 --duration 60',
    'cheji simulate --vehicles 100 --protocol mqtt --to 127.0.0.1:1883 --user feed --password …',
    'cheji simulate --vehicles 50 --to 127.0.0.1:6808 --scenario evening.yaml --api http://127.0.0.1:8080 --key KEY',
    '',
    'A scenario:',
    '  fences:     [{ name: depot, lon: 120.30, lat: 31.57, radius: 300, limit: 40 }]',
    '  violations: [{ type: fence, vehicle: 3, fence: depot, at: 20, duration: 900 },',
    '               { type: overspeed, vehicle: 4, speed: 130, at: 10, duration: 60 },',
    '               { type: sos, vehicle: 5, at: 30 }]',
    'Who visits a fence drives there at some 60 km/h first; a speed is a violation inside a fence with a limit.',
    'Or every kind of rule, at 60 times the speed, for a server with CHEJI_TIME_POLICY=replay:',
    '  plants:     { grounds: 5, faults: true, speed: 60 }',
  );
}

async function run(options: CommandOptions, command: Command): Promise<void> {
  required(command, 'to');
  const scenario = options.scenario ? readScenario(options.scenario, options.vehicles ?? 0) : undefined;
  if (!scenario?.plants) required(command, 'vehicles');
  if ((options.truth || options.api) && !scenario) command.error('error: --truth and --api need --scenario');
  if (options.api && !options.key) command.error('error: --api needs --key');
  if (scenario?.plants) return runPlants(scenario.plants, options, command);
  if (scenario && options.api) await layFences(scenario, options.api, options.key as string);
  const { truth, ...summary } = await simulate({
    ...options,
    duration: options.duration ?? Infinity,
    scenario,
    signal: interrupted(),
  });
  if (scenario) {
    const file = options.truth ?? `${options.scenario}.truth.json`;
    const fences = { type: 'FeatureCollection', features: scenario.fences.map(fenceFeature) };
    writeFileSync(file, `${JSON.stringify({ fences, expected: truth.expected }, null, 2)}\n`);
    console.error(`${truth.expected.length} expected alerts written to ${file}`);
  }
  console.log(JSON.stringify(summary));
  if (summary.refused > 0) throw new InputError(`the server refused ${summary.refused} fixes`);
}

/** Lays and drives plants, to their end or the signal, and writes what must be detected. */
async function runPlants(wanted: PlantsWanted, options: CommandOptions, command: Command): Promise<void> {
  const { api, key, seed, window, to } = options;
  if (!api || !key) return command.error('error: a scenario with plants needs --api and --key, to lay its rules');
  const plantings = plantingsOf(wanted, seed);
  await layPlantings(plantings, new ApiClient(api, key));
  const began = Date.now();
  const { clock, ...counts } = await drivePlantings(plantings, {
    to,
    window,
    speed: wanted.speed,
    signal: interrupted(),
  });
  const file = options.truth ?? `${options.scenario}.truth.json`;
  const plants = plantings.map(plantedTruth);
  writeFileSync(file, `${JSON.stringify({ speed: wanted.speed, clock, plants }, null, 2)}\n`);
  const expected = plants.reduce((sum, plant) => sum + plant.expected.length, 0);
  console.error(`${expected} expected alerts of ${plants.length} kinds written to ${file}`);
  console.log(JSON.stringify({ seed, ...counts, seconds: Math.round((Date.now() - began) / 100) / 10 }));
  if (counts.refused > 0) throw new InputError(`the server refused ${counts.refused} fixes`);
}

/** Aborted by Ctrl-C and by SIGTERM. */
function interrupted(): AbortSignal {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every vehicle waits for it
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  return stop.signal;
}

/** Drives the fleet until its time or the signal ends it, and every fix sent is acknowledged or refused. */
export async function simulate(options: SimulateOptions): Promise<SimulateSummary & { truth: Truth }> {
  const scenario = options.scenario ?? { fences: [], violations: [] };
  // Whole seconds, because the protocol carries no less: truth and server must speak of the same time.
  const start = Math.ceil(Date.now() / 1000) * 1000;
  const fleet = new SimulatedFleet({ ...options, start, orders: ordersOf(scenario) });
  const truth = new Truth(scenario);
  const counts = { fixes: 0, acknowledged: 0, resent: 0, refused: 0 };
  const every = 1 / options.rate;
  const tellOutage = outageTeller(options);
  if (options.signal) setMaxListeners(0, options.signal); // every vehicle waits for it

  const drive = async (vehicle: SimulatedVehicle) => {
    const { number, plate } = vehicle;
    let last: TerminalFix | undefined;
    const answers = new CommandAnswers(number, () => last);
    const terminal = openFixClient(options, {
      number,
      plate,
      plateColor: 2,
      window: options.window,
      answer: (message, edition) => answers.answer(message, edition),
    });
    terminal.on('accepted', (fixes) => (counts.acknowledged += fixes.length));
    terminal.on('refused', (fixes) => {
      if (!options.signal?.aborted) counts.refused += fixes.length; // what the signal cuts off nobody has refused
    });
    terminal.on('resent', (fixes) => (counts.resent += fixes.length));
    terminal.once('offline', tellOutage);
    // It may be waiting for room that a server which is away will never give.
    options.signal?.addEventListener('abort', () => terminal.stop(), { once: true });
    terminal.once('unwelcome', (reason) => console.error(`terminal ${number}: ${reason}`));
    // Spread over the interval and over the ramp, so that neither reports nor connections come in bursts.
    const first = Math.max((vehicle.index / options.vehicles) * every, vehicle.index / CONNECTS_PER_SECOND);
    for (let second = first; second < options.duration; second += every) {
      if (!(await sleep(start + second * 1000 - Date.now(), options.signal))) break;
      const fix = vehicle.fixAt(options.rate > 1 ? second : Math.floor(second));
      counts.fixes++;
      truth.see(number, fix);
      last = fix;
      await terminal.send(fix);
    }
    await terminal.drained(options.signal);
    terminal.stop();
  };
  await Promise.all(fleet.vehicles.map(drive));
  const seconds = Math.max(0, Math.round((Date.now() - start) / 100) / 10);
  return { vehicles: options.vehicles, seed: options.seed, ...counts, seconds, truth };
}

/** False when the signal came first. */
async function sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return false;
  if (ms <= 0) return true;
  return pause(ms, true, { signal }).catch(() => false);
}

/** Creates the scenario's fences through the API. Throws InputError with the server's own words. */
export async function layFences(scenario: Scenario, api: string, key: string): Promise<void> {
  for (const fence of scenario.fences) {
    const response = await fetch(new URL('/v1/fences', api), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(fenceFeature(fence)),
    });
    if (!response.ok) throw new InputError(`fence "${fence.name}": ${response.status} ${await response.text()}`);
  }
}
