import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { ApiDeps, ApiServer, CommandSource, Readiness } from '../api/deps.js';
import { Forwarding } from '../api/forwarding.js';
import { startApi } from '../api/server.js';
import { localUrl } from '../config/local-url.js';
import type { Settings } from '../config.js';
import type { Change } from '../model/change.js';
import type { Command } from '../model/command.js';
import { Replica, ReplicaError, type ReplicaSources } from '../nodes/replica.js';
import { commanded } from '../protocols/index.js';
import { AlertStream } from '../redis/alert-stream.js';
import { NodeLog } from '../redis/node-log.js';
import { openPool } from '../store/db.js';
import { apiOptions } from './api-options.js';
import { DatabaseReads } from './database-reads.js';
import { protocolTools } from './protocol-tools.js';
import { openRedis } from './redis-access.js';
import { Rehearsals } from './rehearsal.js';
import type { Running } from './running.js';

const RETRY_MS = 500;
/** A line in the log for each so many tries that found nothing to begin at. */
const TELL_EVERY = 20;

/** What contradictions in the settings have been looked through for. */
interface NodeSettings extends Settings {
  redisUrl: string;
  databaseUrl: string;
  adminKey: string;
}

/**
 * A node that takes nothing in and keeps nothing: API, stream and page of what the main node hands on through Redis, history
 * from the database. It listens from when it has something to show. Where it loses the thread it sends its clients away,
 * takes the state anew and listens again: they come back with their cursors, here or to another node.
 */
export async function startApiNode(given: Settings, log: Logger): Promise<Running> {
  const settings = given as NodeSettings;
  const clients = [0, 1, 2].map((i) =>
    openRedis(settings, (connected, detail) => {
      if (i > 0) return; // one of them speaks for all
      log[connected ? 'info' : 'warn'](connected ? 'redis: connected' : `redis: away: ${detail}`);
    }),
  );
  const [node, blocks, alerts] = clients;
  const sources: ReplicaSources = {
    node: new NodeLog(node),
    blocks: new NodeLog(blocks),
    alerts: new AlertStream(alerts),
  };
  const pool = openPool(settings.databaseUrl, (error) => log.debug(`database connection: ${error.message}`));
  const running = new ApiNode(settings, sources, pool, log);
  const letGo = async () => {
    for (const client of clients) client.disconnect();
    await pool.end();
  };
  try {
    await running.start();
  } catch (error) {
    await letGo(); // so that the message is the last word
    throw error;
  }
  const url = localUrl(settings.httpHost, running.port);
  return {
    url,
    httpPort: running.port,
    jt808Port: 0,
    jt905Port: 0,
    mqttPort: 0,
    adminKey: settings.adminKey,
    async stop() {
      log.info('stopping');
      await running.stop();
      await letGo();
      log.info('stopped');
    },
  };
}

class ApiNode {
  /** That it listens on; the same again after it has lost the thread. */
  port: number;
  readonly #rehearsals: Rehearsals;
  readonly #reads: DatabaseReads;
  #replica: Replica | null = null;
  #api: ApiServer | null = null;
  #listeners = new Set<(command: Command) => void>();
  #stopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly settings: NodeSettings,
    readonly sources: ReplicaSources,
    readonly pool: Pool,
    readonly log: Logger,
  ) {
    this.port = settings.httpPort;
    this.#reads = new DatabaseReads(() => pool);
    this.#rehearsals = new Rehearsals({ catalog: () => this.#shown().catalog, ...this.#reads });
  }

  /** Resolves once it listens. Rejects where the port cannot be had. */
  async start(): Promise<void> {
    await this.#begin();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#replica?.stop();
    await this.#api?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const replica = this.#replica as Replica;
      try {
        await replica.follow({
          moved: (vehicleNos) => this.#api?.changed(vehicleNos),
          changed: (change) => this.#changed(change),
        });
      } catch (error) {
        this.log[error instanceof ReplicaError ? 'warn' : 'error']({ err: error }, 'what is shown is taken anew');
        await this.#api?.close();
        while (!this.#stopping && !(await this.#listensAgain())) await pause(RETRY_MS);
      }
    }
  }

  async #listensAgain(): Promise<boolean> {
    try {
      await this.#begin();
      return true;
    } catch (error) {
      this.log.error({ err: error }, 'this node does not listen');
      return false;
    }
  }

  async #begin(): Promise<void> {
    const replica = await this.#take();
    if (!replica) return;
    this.#replica = replica;
    this.#listeners.clear();
    this.#api = await startApi(this.#deps(replica), {
      ...apiOptions(this.settings),
      port: this.port,
      adminKey: this.settings.adminKey,
    });
    this.port = this.#api.port;
  }

  /** Waits until there is something; null where it is stopped before. */
  async #take(): Promise<Replica | null> {
    for (let tries = 0; !this.#stopping; tries++) {
      try {
        const { adminKey, nodeAlertSteps: alertSteps } = this.settings;
        return await Replica.take(this.sources, { adminKey, alertSteps });
      } catch (error) {
        if (tries % TELL_EVERY === 1) this.log.warn(`nodes: waiting: ${(error as Error).message}`);
        await pause(RETRY_MS);
      }
    }
    return null;
  }

  #changed(change: Change): void {
    switch (change.type) {
      case 'vehicle-put':
        this.#api?.registryChanged(change.vehicle.no);
        break;
      case 'vehicle-delete':
        this.#api?.registryChanged(change.no, change.id);
        break;
      case 'command-put':
        this.#tellCommands(change.commands);
        break;
      case 'command-step':
        this.#tellCommands(change.steps);
    }
  }

  #tellCommands(told: readonly { id: string }[]): void {
    for (const { id } of told) {
      const command = this.#shown().commands.get(id);
      if (command) for (const listener of this.#listeners) listener(command);
    }
  }

  #shown() {
    return (this.#replica as Replica).shown;
  }

  #readiness(replica: Replica): Readiness {
    const { totalCount, idleCount, waitingCount } = this.pool;
    const detail = `${totalCount - idleCount} of ${totalCount} connections in use, ${waitingCount} requests wait for one`;
    const node = { role: 'api', ...replica.state(), olderAlerts: replica.olderPages } as const;
    return { ready: !this.#stopping, parts: { database: { state: 'asked when needed', detail } }, node };
  }

  #deps(replica: Replica): ApiDeps {
    const { shown } = replica;
    const forwarding = new Forwarding(() => replica.mainNode);
    return {
      catalog: shown.catalog,
      fleet: shown.fleet,
      alerts: replica.alerts,
      ...this.#reads,
      rehearsals: this.#rehearsals,
      commands: this.#commands(shown.commands),
      ...protocolTools,
      deliveries: () => ({}),
      stats: null,
      readiness: () => this.#readiness(replica),
      forward: (request, body) => forwarding.forward(request, body),
      registry: atMainNode('registry'),
      media: atMainNode('media'),
      terminalFences: atMainNode('terminalFences'),
      webhooks: atMainNode('webhooks'),
      mqttAlerts: atMainNode('mqttAlerts'),
      quarantine: atMainNode('quarantine'),
      acceptPositions: atMainNode('acceptPositions'),
      answers: atMainNode('answers'),
      log: this.log,
    };
  }

  #commands(book: Replica['shown']['commands']): CommandSource {
    return {
      types: commanded.flatMap(({ commands }) => commands?.types ?? []),
      give: atMainNode('give'),
      get: (id) => book.get(id),
      all: () => book.all(),
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      counts: () => ({ alive: book.alive, ended: {}, refused: {}, unmatchedResponses: 0 }),
    };
  }
}

/** What the routes of this part are forwarded for (api/forwarding.ts): to get here is a mistake of ours, and says so. */
function atMainNode<T extends object>(part: string): T {
  const refuse = () => {
    throw new Error(`${part} is at the main node`);
  };
  return new Proxy(refuse, { get: () => refuse }) as unknown as T;
}
