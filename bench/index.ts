import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** What each file of this folder that is a benchmark exports. */
export interface Bench {
  name: string;
  /** One line: what is measured, and beside what. */
  describe: string;
  /** Prints its figures; what it returns is kept as JSON. `options` are the words after the name. */
  run(options: string[]): Promise<object>;
}

/** The list of benchmarks: a new one is a line. Loaded when asked for, because some bring native code. */
const BENCHES: Record<string, () => Promise<Bench>> = {
  'catch-up': () => import('./catch-up.js'),
  decode: () => import('./decode.js'),
  digest: () => import('./digest.js'),
  'fence-change': () => import('./fence-change.js'),
  fences: () => import('./fences.js'),
  'fuzz-jt808': () => import('./fuzz-jt808.js'),
  'fuzz-mqtt': () => import('./fuzz-mqtt.js'),
  history: () => import('./history.js'),
  http: () => import('./http.js'),
  'log-handover': () => import('./log-handover.js'),
  media: () => import('./media.js'),
  mqtt: () => import('./mqtt.js'),
  nodes: () => import('./nodes.js'),
  roads: () => import('./roads.js'),
  rules: () => import('./rules.js'),
  start: () => import('./start.js'),
  stream: () => import('./stream.js'),
  'stream-bytes': () => import('./stream-bytes.js'),
  'stream-clients': () => import('./stream-clients.js'),
  'stream-maps': () => import('./stream-maps.js'),
  'stream-publish': () => import('./stream-publish.js'),
  'stream-resume': () => import('./stream-resume.js'),
  terminals: () => import('./terminals.js'),
  vehicles: () => import('./vehicles.js'),
  writer: () => import('./writer.js'),
};

const [name, ...options] = process.argv.slice(2);
if (!name || !(name in BENCHES)) {
  console.error(name ? `no benchmark "${name}"; there are:` : 'usage: npm run bench -- NAME; the names:');
  for (const load of Object.values(BENCHES)) {
    const bench = await load();
    console.error(`  ${bench.name.padEnd(14)} ${bench.describe}`);
  }
  process.exitCode = name === '--help' ? 0 : 2;
} else {
  const bench = await BENCHES[name]();
  const machine = {
    cpu: cpus()[0].model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    /** Of the minute before: above the number of cores, others were at work too. */
    loadBefore: loadavg()[0],
  };
  const date = new Date().toISOString();
  console.log(`${bench.name}: ${bench.describe}\n${machine.cores} × ${machine.cpu}, Node ${machine.node}, ${date}\n`);
  const figures = await bench.run(options);
  const folder = join(import.meta.dirname, '../../bench/results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${bench.name}.json`);
  writeFileSync(file, `${JSON.stringify({ bench: bench.name, date, machine, ...figures }, null, 2)}\n`);
  console.log(`\nkept in bench/results/${bench.name}.json`);
}
