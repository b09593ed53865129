import { parseArgs } from 'node:util';
import { Child } from './support/child.js';
import type { LoadOrder, LoadReport } from './support/stream-load.js';
import type { HostAnswer, HostOrder } from './support/stream-orders.js';

export const name = 'stream-publish';
export const describe =
  'alerts to many clients of the stream, each filtered, numbered and resumable, beside uWebSockets.js’ bare publish of as many bytes';

const KEY = 'key-of-the-publishing-bench-32-chars';
const WARM_UP = 5;
/** Batches under way at a time, so that it is the server that has to hurry, and not the round trips of this bench. */
const UNDER_WAY = 8;

interface Figure {
  messagesPerSecond: number;
  /** Messages that a second of the server's processor is worth. */
  messagesPerServerSecond: number;
  serverCpuPercent: number;
  loadCpuPercent: number;
  lost: number;
}

/** `--clients N`, `--alerts N` for each round, `--batch N` at once, `--rounds N`. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      clients: { type: 'string', default: '500' },
      alerts: { type: 'string', default: '2000' },
      batch: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const [clients, alerts, batch, rounds] = [values.clients, values.alerts, values.batch, values.rounds].map(Number);
  const children = [
    new Child<HostOrder, HostAnswer>('stream-host.js', [KEY]),
    new Child<HostOrder, HostAnswer>('bare-stream.js'),
  ];
  const loads: Child<LoadOrder, LoadReport>[] = [];
  try {
    const [ours, bare] = await Promise.all(
      children.map(async (host) => {
        const { port } = await host.ask({});
        const load = new Child<LoadOrder, LoadReport>('stream-load.js');
        loads.push(load);
        await load.ask({ do: 'connect', url: `ws://127.0.0.1:${port}/v1/stream?key=${KEY}`, clients });
        await load.ask({ do: 'watch', what: 'alerts' });
        return { host, load };
      }),
    );
    const bytes = await sizeOfOurs(ours.host, ours.load, clients);
    console.log(`${clients} clients, ${rounds} × ${alerts} alerts of ${bytes} bytes, ${batch} at once`);
    for (const { host, load } of [ours, bare]) await measure(host, load, { clients, alerts, batch, bytes }); // warm
    const figures: { ours: Figure; bare: Figure; ratio: number; ratioOfCpu: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      // By turns, so that whatever else the machine does meets both.
      const o = await measure(ours.host, ours.load, { clients, alerts, batch, bytes });
      const b = await measure(bare.host, bare.load, { clients, alerts, batch, bytes });
      const ratio = o.messagesPerSecond / b.messagesPerSecond;
      const ratioOfCpu = o.messagesPerServerSecond / b.messagesPerServerSecond;
      figures.push({ ours: o, bare: b, ratio, ratioOfCpu });
      console.log(`${row('ours', o)}\n${row('bare', b)}`);
      console.log(`  ratio ${ratio.toFixed(2)}, by the server's processor ${ratioOfCpu.toFixed(2)}`);
    }
    const mean = (of: (f: (typeof figures)[number]) => number) => figures.reduce((sum, f) => sum + of(f), 0) / rounds;
    const ratio = mean((f) => f.ratio);
    const ratioOfCpu = mean((f) => f.ratioOfCpu);
    console.log(`mean ratio ${ratio.toFixed(2)} (wanted: 0.60), by the server's processor ${ratioOfCpu.toFixed(2)}`);
    return { clients, alerts, batch, bytes, ratio, ratioOfCpu, figures };
  } finally {
    await Promise.all([...children, ...loads].map((child) => child.end()));
  }
}

async function sizeOfOurs(host: Child<HostOrder, HostAnswer>, load: Child<LoadOrder, LoadReport>, clients: number) {
  await load.ask({ do: 'reset' });
  await host.ask({ push: WARM_UP });
  const { bytes, messages } = await load.ask({ do: 'await', messages: WARM_UP * clients, ms: 10_000 });
  return Math.round(bytes / messages);
}

/** One round. Throws where a message did not arrive. */
async function measure(
  host: Child<HostOrder, HostAnswer>,
  load: Child<LoadOrder, LoadReport>,
  plan: { clients: number; alerts: number; batch: number; bytes: number },
): Promise<Figure> {
  const { clients, alerts, batch, bytes } = plan;
  await load.ask({ do: 'reset' });
  const before = await host.ask({});
  const begun = performance.now();
  let report: LoadReport | undefined;
  const pushing: Promise<HostAnswer>[] = [];
  for (let pushed = batch; pushed <= alerts; pushed += batch) {
    pushing.push(host.ask({ push: batch, bytes }));
    report = await load.ask({ do: 'await', messages: (pushed - UNDER_WAY * batch) * clients, ms: 30_000 });
  }
  await Promise.all(pushing);
  report = await load.ask({ do: 'await', messages: alerts * clients, ms: 30_000 });
  const seconds = (performance.now() - begun) / 1000;
  const after = await host.ask({});
  if (report.messages !== alerts * clients) {
    throw new Error(`${report.messages} of ${alerts * clients} messages arrived, ${report.lost} connections were lost`);
  }
  const serverSeconds = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e6;
  return {
    messagesPerSecond: report.messages / seconds,
    messagesPerServerSecond: report.messages / serverSeconds,
    serverCpuPercent: (serverSeconds / seconds) * 100,
    loadCpuPercent: (report.cpuSeconds / seconds) * 100,
    lost: report.lost,
  };
}

function row(label: string, f: Figure): string {
  return (
    `  ${label}  ${f.messagesPerSecond.toFixed(0).padStart(8)} messages/s  ` +
    `CPU server ${f.serverCpuPercent.toFixed(0)} %, load ${f.loadCpuPercent.toFixed(0)} %`
  );
}
