import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';
import type { MqttLoadJob } from './support/mqtt-load.js';
import type { SubscriberDesign, SubscriberJob, SubscriberResult } from './support/mqtt-subscriber.js';
import { cpuSeconds } from './support/proc.js';

export const name = 'mqtt';
export const describe =
  'fixes through Mosquitto, every one on disk before its PUBACK; beside the same broker with a subscriber that does nothing';

const VEHICLES = 1000;
const FIRST_FIX = Date.UTC(2026, 0, 1);

interface Figure extends SubscriberResult {
  design: SubscriberDesign;
  messagesPerSecond: number;
  fixesPerSecond: number;
  /** Per second of the subscriber's processor time, all threads. */
  fixesPerCpuSecond: number;
  brokerCpuSeconds: number;
}

interface Load {
  label: string;
  batch: number;
  messages: number;
  /** Messages for the designs that are too slow for so many. */
  fewer: number;
}

/** `--messages N` of one fix each, `--batches N` of 100 fixes each, `--rounds N`, `--designs`: the ones not taken as well. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      messages: { type: 'string', default: '60000' },
      batches: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '3' },
      designs: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const loads: Load[] = [
    { label: 'single, JSON', batch: 1, messages: Number(values.messages), fewer: Number(values.messages) / 10 },
    { label: 'of 100, protobuf', batch: 100, messages: Number(values.batches), fewer: Number(values.batches) / 10 },
  ];
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  const broker = await startMosquitto({ dir, lines: ['autosave_interval 600'] });
  try {
    const results: object[] = [];
    for (const load of loads) results.push(await compare(broker, load, rounds, values.designs));
    return { rounds, results };
  } finally {
    await broker.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** By turns, so that whatever else the machine does meets both. */
async function compare(broker: Mosquitto, load: Load, rounds: number, designs: boolean): Promise<object> {
  console.log(`${load.label}: ${load.messages} messages wait in a kept session, then a subscriber takes them`);
  const nothing: Figure[] = [];
  const ours: Figure[] = [];
  for (let round = 0; round < rounds; round++) {
    nothing.push(await measure(broker, load, 'nothing', load.messages));
    ours.push(await measure(broker, load, 'pipeline', load.messages));
  }
  const others: Figure[] = [];
  if (designs) {
    for (const design of ['serial', 'parallel'] as const) others.push(await measure(broker, load, design, load.fewer));
  }
  const ratio = mean(ours.map((figure, i) => figure.fixesPerSecond / nothing[i].fixesPerSecond));
  const perCore = mean(ours.map(({ fixesPerCpuSecond }) => fixesPerCpuSecond));
  const cpuRatio = perCore / mean(nothing.map(({ fixesPerCpuSecond }) => fixesPerCpuSecond));
  console.log(
    `  ratio ${ratio.toFixed(2)}; ${rate(perCore)} fixes per second of one core, ${cpuRatio.toFixed(2)} of what doing nothing manages\n`,
  );
  return { ...load, ratio, cpuRatio, fixesPerCpuSecond: perCore, nothing, ours, others };
}

let sessions = 0;

async function measure(broker: Mosquitto, load: Load, design: SubscriberDesign, messages: number): Promise<Figure> {
  const { port } = broker;
  const fixes = messages * load.batch;
  const job: SubscriberJob = {
    ...{ design, port, messages, fixes, clientId: `bench-${sessions++}` },
    filter: load.batch === 1 ? 'v1/+/vehicles/+/position' : 'v1/+/batch',
    prepareOnly: true,
  };
  await child('mqtt-subscriber', job);
  const firstFixTime = FIRST_FIX;
  await child('mqtt-load', {
    port,
    messages,
    batch: load.batch,
    vehicles: VEHICLES,
    firstFixTime,
  } satisfies MqttLoadJob);
  const before = cpuSeconds(broker.pid);
  const result = (await child('mqtt-subscriber', { ...job, prepareOnly: false })) as SubscriberResult;
  const brokerCpuSeconds = cpuSeconds(broker.pid) - before;
  const figure: Figure = {
    design,
    ...result,
    messagesPerSecond: messages / result.seconds,
    fixesPerSecond: fixes / result.seconds,
    fixesPerCpuSecond: fixes / result.cpuSeconds,
    brokerCpuSeconds,
  };
  const cpu = (used: number) => `${((used / result.seconds) * 100).toFixed(0)} %`;
  console.log(
    `  ${design.padEnd(9)} ${rate(figure.fixesPerSecond).padStart(9)} fixes/s, ${rate(figure.messagesPerSecond)} messages/s; ` +
      `processor: subscriber ${cpu(result.cpuSeconds)}, broker ${cpu(brokerCpuSeconds)}; ` +
      `${result.flushes} flushes, ${(messages / Math.max(1, result.flushes)).toFixed(1)} messages each`,
  );
  return figure;
}

/** Runs a script of support/ with its job on stdin; what it printed. */
async function child(script: string, job: object): Promise<unknown> {
  const file = join(import.meta.dirname, `support/${script}.js`);
  const started = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.stdin.end(JSON.stringify(job));
  const ended = new Promise<number | null>((resolve) => started.once('exit', resolve));
  const printed = 'prepareOnly' in job && job.prepareOnly ? null : await json(started.stdout);
  const code = await ended;
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return printed;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rate(value: number): string {
  return Math.round(value).toLocaleString('en');
}
