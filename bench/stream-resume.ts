import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Child } from './support/child.js';
import { cpuSeconds } from './support/proc.js';
import type { ResumeOrder, ResumeReport } from './support/resume-clients.js';
import { putFence, raiseAlerts, settled } from './support/resume-round.js';
import { ADMIN_KEY, startServer } from './support/server-process.js';

export const name = 'stream-resume';
export const describe =
  'consumers of alerts killed and resumed at random while alerts are raised by real fixes: each has every alert that it may see exactly once';

/** `--clients N`, `--alerts N` steps, `--groups N` of consumers with the same filter, `--kills N` a second, `--vehicles N`. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      clients: { type: 'string', default: '1000' },
      alerts: { type: 'string', default: '100000' },
      groups: { type: 'string', default: '100' },
      vehicles: { type: 'string', default: '1000' },
      kills: { type: 'string', default: '100' },
    },
  });
  const [clients, alerts, groups, vehicles, kills] = [
    values.clients,
    values.alerts,
    values.groups,
    values.vehicles,
    values.kills,
  ].map(Number);
  const dataDir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  const consumers = new Child<ResumeOrder, ResumeReport>('resume-clients.js');
  const witness = new Child<ResumeOrder, ResumeReport>('resume-clients.js');
  try {
    await chmod(dataDir, 0o755); // started by root, the database runs as somebody else
    const server = await startServer({ dataDir, env: { CHEJI_TIME_POLICY: 'replay', CHEJI_JT808_PORT: '0' } });
    try {
      const job = { do: 'start' as const, url: `${server.url}/v1/stream`, key: ADMIN_KEY, vehicles };
      await putFence(server);
      // Sees one group each, is never killed, and so knows what the others must have.
      await witness.ask({ ...job, clients: groups, groups, killsPerSecond: 0.001, seed: 1 });
      await consumers.ask({ ...job, clients, groups, killsPerSecond: kills, seed: 2 });
      const cpu = cpuSeconds(server.pid);
      const begun = performance.now();
      const raised = await raiseAlerts(server, alerts, vehicles);
      const { kills: killed } = await consumers.ask({ do: 'calm' });
      const report = await settled(consumers, await settled(witness, null, raised), raised);
      const seconds = (performance.now() - begun) / 1000;
      const serverCpu = ((cpuSeconds(server.pid) - cpu) / seconds) * 100;
      const loadCpu = (report.cpuSeconds / seconds) * 100;
      console.log(
        `${clients} consumers, ${killed} kills and cuts in ${seconds.toFixed(1)} s, ${raised} steps of alerts, ` +
          `${report.deliveries} deliveries: ${report.missing} missing, ${report.twice} twice or out of order, ${report.gaps} gaps\n` +
          `  CPU server ${serverCpu.toFixed(0)} %, consumers ${loadCpu.toFixed(0)} %`,
      );
      if (report.missing + report.twice + report.gaps > 0) throw new Error('an alert was lost, or came twice');
      return { clients, groups, vehicles, killed, raised, seconds, serverCpu, loadCpu, ...report };
    } finally {
      await server.stop();
    }
  } finally {
    await Promise.all([consumers.end(), witness.end()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}
