import { setTimeout as pause } from 'node:timers/promises';
import { Balancer } from './balancer.js';
import { Child } from './child.js';
import type { NodeGroup } from './node-group.js';
import type { ResumeOrder, ResumeReport } from './resume-clients.js';
import { putFence, raiseAlerts, settled } from './resume-round.js';
import { ADMIN_KEY } from './server-process.js';

const VEHICLES = 500;
const GROUPS = 10;
/** So that alerts go on while nodes come and go. */
const TURN_MS = 200;
/** A node is killed, is away for a while, and the next one is killed when it has been back for as long. */
const BETWEEN_MS = 1000;
/** Clients of this round die of their nodes only. */
const HARDLY_EVER = 0.001;

export interface KilledNodes {
  killed: number;
  steps: number;
  deliveries: number;
  missing: number;
  twice: number;
  gaps: number;
}

/**
 * Subscribers behind a balancer over the nodes of the API, which are killed one after the other while alerts are raised at the
 * main node. Throws where one of them lacks an alert that witnesses at the main node have, or has one twice.
 */
export async function killedNodes(
  { main, api }: NodeGroup,
  { subscribers, steps }: { subscribers: number; steps: number },
): Promise<KilledNodes> {
  const balancer = await Balancer.over(api.map(({ httpPort }) => httpPort));
  const consumers = new Child<ResumeOrder, ResumeReport>('resume-clients.js');
  const witness = new Child<ResumeOrder, ResumeReport>('resume-clients.js');
  const ended = new AbortController();
  try {
    const job = {
      do: 'start' as const,
      key: ADMIN_KEY,
      vehicles: VEHICLES,
      groups: GROUPS,
      killsPerSecond: HARDLY_EVER,
    };
    await putFence(main);
    await witness.ask({ ...job, url: `${main.url}/v1/stream`, clients: GROUPS, seed: 1 });
    await consumers.ask({ ...job, url: `http://127.0.0.1:${balancer.port}/v1/stream`, clients: subscribers, seed: 2 });
    const raising = raiseAlerts(main, steps, VEHICLES, TURN_MS).finally(() => ended.abort());
    const [raised, killed] = await Promise.all([raising, killInTurn(api, ended.signal)]);
    const report = await settled(consumers, await settled(witness, null, raised), raised);
    const { deliveries, missing, twice, gaps } = report;
    if (missing + twice + gaps > 0) {
      throw new Error(`through ${killed} kills of nodes: ${missing} missing, ${twice} twice, ${gaps} gaps`);
    }
    return { killed, steps: raised, deliveries, missing, twice, gaps };
  } finally {
    ended.abort();
    await Promise.all([consumers.end(), witness.end(), balancer.close()]);
  }
}

/** At least each once, and all of them there again when it resolves with how many kills it were. */
async function killInTurn(api: NodeGroup['api'], ended: AbortSignal): Promise<number> {
  for (let killed = 0; ; ) {
    const at = killed++ % api.length;
    await pause(BETWEEN_MS);
    await api[at].kill();
    await pause(BETWEEN_MS);
    api[at] = await api[at].restart();
    if (ended.aborted && killed >= api.length) return killed;
  }
}
